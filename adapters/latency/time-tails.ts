// Measures tails (core/layer-times/tail.ts) on this machine as Measure times files: in alternating blocks beside a larger one.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Tail, tailOf } from "../../core/layer-times/tail.ts";
import type { Model } from "../../core/onnx/graph.ts";
import { writeModel } from "../../core/onnx/write-model.ts";
import { measureLatency } from "./measure.ts";

export interface TailsRequest {
  readonly threads: number;
  readonly signal: AbortSignal;
}

const BLOCKS = 7;
const RUNS_PER_BLOCK = 20;

/** In the order of the models. It takes a second or two. */
export async function timeTails({ threads, signal }: TailsRequest, models: readonly Model[]): Promise<Tail[]> {
  const folder = await mkdtemp(join(tmpdir(), "decant-tails-"));
  try {
    const files = models.map((model, at) => ({ name: String(at), path: join(folder, `${at}.onnx`), model }));
    for (const { path, model } of files) await writeFile(path, writeModel(model));
    const timed = files.map(({ name, path }) => ({ name, path }));
    const request = {
      kind: "latency",
      models: timed,
      threads,
      blocks: BLOCKS,
      runs_per_block: RUNS_PER_BLOCK,
    } as const;
    const { blocks_ms } = await measureLatency(request, signal);
    return files.map(({ name }) => tailOf(blocks_ms[name]!));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
