// Where a run stands, from its journal and its lease alone.

import { hostname } from "node:os";
import { isAlive } from "../adapters/lock-file.ts";
import { runFolder } from "../core/store/path-rules.ts";
import type { Store } from "../core/store/store.ts";
import type { JournalEntry } from "./laptop/journal.ts";
import { usedMilliseconds } from "./laptop/time-account.ts";

export interface RunStatus {
  readonly run: string;
  /** A status word of a run that ended, `running`, or `interrupted` where its process died. */
  readonly status: string;
  readonly error?: string;
  readonly cause?: string;
  /** The state at work, or the last that was entered. */
  readonly state?: string;
  readonly candidate?: string;
  readonly used_s: number;
  readonly started_ms: number;
  readonly last_ms: number;
  readonly states: readonly { readonly state: string; readonly candidate?: string; readonly seconds: number }[];
}

export async function readRunStatus(
  store: Store,
  run: string,
  entries: readonly JournalEntry[],
  now: number,
): Promise<RunStatus> {
  const last = entries.at(-1);
  const ended = last?.event === "run-ended" ? last : undefined;
  const entered = entries.findLast((entry) => entry.event === "state-entered");
  return {
    run,
    status: ended?.status ?? ((await isLeased(store, run, now)) ? "running" : "interrupted"),
    ...(ended?.error !== undefined && { error: ended.error }),
    ...(ended?.cause !== undefined && { cause: ended.cause }),
    ...(entered?.event === "state-entered" && { state: entered.state }),
    ...(entered?.event === "state-entered" && entered.candidate !== undefined && { candidate: entered.candidate }),
    // Without the entry that closed the account, if it is closed.
    used_s: usedMilliseconds(ended ? entries.slice(0, -1) : entries) / 1000,
    started_ms: entries[0]?.at_ms ?? 0,
    last_ms: last?.at_ms ?? 0,
    states: finishedStates(entries),
  };
}

async function isLeased(store: Store, run: string, now: number): Promise<boolean> {
  const found = await store.get(`${runFolder(run)}/lease.json`);
  if (!found) return false;
  try {
    const lease = JSON.parse(new TextDecoder().decode(found.bytes)) as Record<string, unknown>;
    if (typeof lease.expires_ms !== "number" || lease.expires_ms <= now) return false;
    return lease.host !== hostname() || isAlive(Number(lease.pid));
  } catch {
    return false;
  }
}

/** Of the last session: each state that succeeded, and how long it took. */
function finishedStates(entries: readonly JournalEntry[]): RunStatus["states"] {
  const session = entries.at(-1)?.session;
  const entered = new Map<string, number>();
  return entries.flatMap((entry) => {
    if (entry.session !== session || !("state" in entry)) return [];
    if (entry.event === "state-entered") entered.set(entry.state, entry.at_ms);
    if (entry.event !== "state-succeeded") return [];
    const seconds = (entry.at_ms - (entered.get(entry.state) ?? entry.at_ms)) / 1000;
    return [{ state: entry.state, ...(entry.candidate !== undefined && { candidate: entry.candidate }), seconds }];
  });
}
