// Measures tails (core/layer-times/tail.ts) on this machine as Measure times files: in alternating blocks beside a larger one.
import { type Tail, tailOf } from "../../core/layer-times/tail.ts";
import type { Model } from "../../core/onnx/graph.ts";
import { measureLatency } from "./measure.ts";
import { withModelFiles } from "./model-files.ts";

export interface TailsRequest {
  readonly threads: number;
  readonly signal: AbortSignal;
}

const BLOCKS = 7;
const RUNS_PER_BLOCK = 20;

/** In the order of the models. It takes a second or two. */
export function timeTails({ threads, signal }: TailsRequest, models: readonly Model[]): Promise<Tail[]> {
  return withModelFiles(models, async (files) => {
    const timing = { threads, blocks: BLOCKS, runs_per_block: RUNS_PER_BLOCK };
    const { blocks_ms } = await measureLatency({ kind: "latency", models: files, ...timing }, signal);
    return files.map(({ name }) => tailOf(blocks_ms[name]!));
  });
}
