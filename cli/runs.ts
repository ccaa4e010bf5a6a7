// The runs of a store: their names, what their journals say, and which is the latest.
import { join, resolve } from "node:path";
import { formatS3Address, isS3Address, parseS3Address } from "../adapters/s3/address.ts";
import { DecantError } from "../core/errors/problem.ts";
import { pathProblem, runFolder } from "../core/store/path-rules.ts";
import type { Store } from "../core/store/store.ts";
import { type JournalEntry, readJournal } from "./laptop/journal.ts";

export interface RunRecord {
  readonly run: string;
  readonly entries: readonly JournalEntry[];
  /** Epoch ms of the last entry; 0 without one. */
  readonly last_ms: number;
}

const DEFAULT_STORE = ".decant";
/** In a message; a bucket may hold thousands. */
const RUNS_NAMED = 5;

/** The store's place: --store (a folder, or s3://bucket/prefix), or .decant in `beside`. Throws InvalidInput on a bad address. */
export function storeFolder(given: string | undefined, beside: string): string {
  if (given !== undefined && isS3Address(given)) return formatS3Address(parseS3Address(given));
  return given === undefined ? resolve(beside, DEFAULT_STORE) : resolve(given);
}

/** The page in the store. */
export function reportPath(run: string): string {
  return `${runFolder(run)}/report.html`;
}

/** Where the Report state puts a run's page, whatever the outcome. */
export function reportFile(root: string, run: string): string {
  return isS3Address(root) ? `${root}/${reportPath(run)}` : join(root, ...reportPath(run).split("/"));
}

/** Latest first. */
export async function listRuns(store: Store): Promise<readonly RunRecord[]> {
  const names = new Set<string>();
  for await (const path of store.list("runs/")) {
    const [, run, file] = path.split("/");
    if (run !== undefined && file !== undefined) names.add(run);
  }
  const records: RunRecord[] = [];
  for (const run of names) {
    const entries = await readJournal(store, run);
    records.push({ run, entries, last_ms: entries.at(-1)?.at_ms ?? 0 });
  }
  return records.sort((a, b) => b.last_ms - a.last_ms);
}

/** Looks at that run alone: a bucket may hold thousands. */
async function namedRun(store: Store, run: string): Promise<RunRecord | undefined> {
  if (run.includes("/") || pathProblem(run) !== undefined) return undefined;
  for await (const _ of store.list(`${runFolder(run)}/`)) {
    const entries = await readJournal(store, run);
    return { run, entries, last_ms: entries.at(-1)?.at_ms ?? 0 };
  }
  return undefined;
}

/** The named run, or the latest. Throws InvalidInput where there is none. */
export async function findRun(store: Store, name: string | undefined, root: string): Promise<RunRecord> {
  const named = name === undefined ? undefined : await namedRun(store, name);
  if (named) return named;
  const runs = await listRuns(store);
  if (name === undefined && runs[0]) return runs[0];
  const latest = runs.slice(0, RUNS_NAMED).map((each) => each.run);
  const known = runs.length > 0 ? ` Its latest runs: ${latest.join(", ")}.` : "";
  const message =
    name === undefined
      ? `Expected a run in ${root}, got none. Start one with: decant run decant.yaml, or name its store with --store.`
      : `Expected a run named ${name} in ${root}, got none.${known}`;
  throw new DecantError("InvalidInput", message);
}
