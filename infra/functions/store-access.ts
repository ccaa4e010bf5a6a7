// What each handler may do in the store: everything reads it, each writes the one step that is its own, and only what starts
// or ends a run writes beside it. Prefixes below a name are hashes or runs, so each ends in a star.
import { STEP_VERSIONS } from "../../core/workflow/steps.ts";
import { hyphenated } from "./entries.ts";

/** Patterns are of keys in the store. */
export interface StoreAccess {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  readonly deletes: readonly string[];
  /** The data of jobs. */
  readonly readsInbox: boolean;
}

const READ_BY_ALL = ["runs/*", "steps/*"];

/** By handler, what it needs beside reading finished steps and runs and writing its own step. */
const ACCESS: Readonly<Record<string, Partial<StoreAccess>>> = {
  Plan: {
    reads: ["aliases/*", "cache/content-hashes/*"],
    writes: ["aliases/*/splits.json", "cache/content-hashes/*"],
    readsInbox: true,
  },
  PrepareData: { writes: ["steps/prepare-shard/*"], readsInbox: true },
  PrepareShard: { readsInbox: true },
  Publish: {
    reads: ["aliases/*"],
    writes: ["aliases/*", "runs/*/artifact/*", "runs/*/test-predictions.json"],
    deletes: ["runs/*/artifact/*"],
  },
  Quantize: { writes: ["steps/time-precisions/*"] },
  RecordFailure: { writes: ["runs/*/failure.json"] },
  Report: { writes: ["runs/*/report.html", "runs/*/report.json"] },
  StartRun: { reads: ["triggers/*"], writes: ["runs/*/job.json", "runs/*/refusal.json", "triggers/*"] },
  Sweep: { reads: ["triggers/*"], writes: ["runs/*/job.json", "runs/*/refusal.json", "triggers/*"] },
};

export function storeAccess(handler: string): StoreAccess {
  const { reads = [], writes = [], deletes = [], readsInbox = false } = ACCESS[handler] ?? {};
  return { reads: [...reads, ...READ_BY_ALL], writes: [...ownStep(handler), ...writes], deletes, readsInbox };
}

/** The step that a handler is named after; a key Lambda puts a task's input into the folder of the task's step. */
function ownStep(handler: string): string[] {
  const step = hyphenated(handler.replace(/Key$/, ""));
  return step in STEP_VERSIONS ? [`steps/${step}/*`] : [];
}
