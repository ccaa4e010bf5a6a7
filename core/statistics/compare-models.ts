// Models timed in alternating blocks: each one's latency, and how many times faster it is than the first.
import type { Latency } from "../workflow/records/measurement.ts";
import { type Blocks, latencyOf } from "./latency.ts";

export interface ComparedModel {
  readonly name: string;
  /** speedup_over_baseline: over the first model. */
  readonly latency: Omit<Latency, "samples_ms">;
}

export function compareModels(names: readonly string[], blocks: Readonly<Record<string, Blocks>>): ComparedModel[] {
  const first = blocks[names[0]!]!;
  return names.map((name) => {
    const { samples_ms: _, ...latency } = latencyOf(blocks[name]!, first);
    return { name, latency };
  });
}
