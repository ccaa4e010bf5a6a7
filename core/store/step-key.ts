// The key of a step's output: SHA-256 of everything that the output's bytes depend on, and of nothing else.
// Never in it: paths, store, run, time of day, prices, unrelated budgets.
import { canonicalJson } from "./canonical-json.ts";
import type { StepPointer } from "./store.ts";

export interface KeyParts {
  readonly step: string;
  readonly version: number;
  /** Finished steps whose files this one reads; their order is part of the key. */
  readonly upstream: readonly StepPointer[];
  /** The part of the resolved job, plan or candidate that the step reads: JSON. */
  readonly slice: unknown;
  /** Seed, threads, architecture, versions of the libraries that touch the bytes; CPU model and flags where it measures. */
  readonly environment: Readonly<Record<string, unknown>>;
}

/** 64 lower-case hex digits. */
export function stepKey(parts: KeyParts, sha256: (text: string) => string): string {
  // Upstream keys as "step:key" strings: a pointer may carry other fields (a rung, a path) that must not leak in.
  const upstream = parts.upstream.map(({ step, key }) => `${step}:${key}`);
  const { step, version, slice, environment } = parts;
  return sha256(canonicalJson({ step, version, upstream, slice, environment }));
}
