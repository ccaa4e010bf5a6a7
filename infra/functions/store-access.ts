// What each handler may do in the store: everything reads it, each writes the one step that is its own, and only what starts
// or ends a run writes beside it. Prefixes below a name are hashes or runs, so each ends in a star.

/** Patterns are of keys in the store. */
export interface StoreAccess {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  readonly deletes: readonly string[];
  /** The data of jobs. */
  readonly readsInbox: boolean;
}

const READ_BY_ALL = ["runs/*", "steps/*"];

/** By handler, what it needs beside reading finished steps and runs; one that is not here needs no more. */
const ACCESS: Readonly<Record<string, Partial<StoreAccess>>> = {
  Certify: { writes: ["steps/certify/*"] },
  CompressKey: { writes: ["steps/compress/*"] },
  Decide: { writes: ["steps/decide/*"] },
  FineTuneKey: { writes: ["steps/fine-tune/*"] },
  Measure: { writes: ["steps/measure/*"] },
  Plan: {
    reads: ["aliases/*", "cache/content-hashes/*"],
    writes: ["aliases/*/splits.json", "cache/content-hashes/*", "steps/plan/*"],
    readsInbox: true,
  },
  PrepareData: { writes: ["steps/prepare-data/*", "steps/prepare-shard/*"], readsInbox: true },
  PrepareShard: { writes: ["steps/prepare-shard/*"], readsInbox: true },
  ProfileKey: { writes: ["steps/profile/*"] },
  Propose: { writes: ["steps/propose/*"] },
  Publish: {
    reads: ["aliases/*"],
    writes: ["aliases/*", "runs/*/artifact/*", "runs/*/test-predictions.json"],
    deletes: ["runs/*/artifact/*"],
  },
  Quantize: { writes: ["steps/quantize/*"] },
  RecordFailure: { writes: ["runs/*/failure.json"] },
  Report: { writes: ["runs/*/report.html", "runs/*/report.json", "steps/report/*"] },
  StartRun: { reads: ["triggers/*"], writes: ["runs/*/job.json", "runs/*/refusal.json", "triggers/*"] },
  Sweep: { reads: ["triggers/*"], writes: ["runs/*/job.json", "runs/*/refusal.json", "triggers/*"] },
};

export function storeAccess(handler: string): StoreAccess {
  const { reads = [], writes = [], deletes = [], readsInbox = false } = ACCESS[handler] ?? {};
  return { reads: [...reads, ...READ_BY_ALL], writes, deletes, readsInbox };
}
