// Measures tails (core/layer-times/tail.ts) on this machine as Measure times files: in alternating blocks beside a larger one.
import { type Tail, tailOf } from "../../core/layer-times/tail.ts";
import type { Model } from "../../core/onnx/graph.ts";
import { measureLatency } from "./measure.ts";
import { withModelFiles } from "./model-files.ts";
import { PROMISE_TIMING } from "./promise-timing.ts";

export interface TailsRequest {
  readonly threads: number;
  readonly signal: AbortSignal;
}

/** In the order of the models. It takes some seconds. */
export function timeTails({ threads, signal }: TailsRequest, models: readonly Model[]): Promise<Tail[]> {
  return withModelFiles(models, async (files) => {
    const request = { kind: "latency", models: files, threads, ...PROMISE_TIMING } as const;
    const { blocks_ms } = await measureLatency(request, signal);
    return files.map(({ name }) => tailOf(blocks_ms[name]!));
  });
}
