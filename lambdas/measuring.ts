// What Measure and Certify share: logits of a file on a split, and latencies of files beside the baseline, each in a
// fresh process.
import { join } from "node:path";
import { measureLatency, measureLogits } from "../adapters/latency/measure.ts";
import type { TimedModel } from "../adapters/latency/measuring-request.ts";
import { PROMISE_TIMING } from "../adapters/latency/promise-timing.ts";
import { latencyOf } from "../core/statistics/latency.ts";
import { type Logits, logitsOf } from "../core/statistics/logits.ts";
import type { Latency, MeasuredFile, QuantizedOutput } from "../core/workflow/records/measurement.ts";
import type { PlanRecord, Split } from "../core/workflow/records/plan.ts";
import type { PreparedData } from "../core/workflow/records/prepared-data.ts";
import type { Services } from "./services.ts";

export interface MeasuringContext {
  readonly services: Services;
  readonly plan: Pick<PlanRecord, "backbone" | "target">;
  readonly data: PreparedData;
  readonly data_folder: string;
}

export type FileFacts = Pick<MeasuredFile, "size_bytes" | "sha256">;

/** Logits of each file on the split's images of its size, all from one fresh process. */
export async function logitsOn(
  { services, plan, data, data_folder }: MeasuringContext,
  split: Split,
  files: readonly { readonly path: string; readonly size: number }[],
): Promise<(FileFacts & { readonly logits: Logits })[]> {
  const models = files.map(({ path, size }) => {
    return { path, npy: (data.splits[split].arrays[String(size)] ?? []).map((name) => join(data_folder, name)) };
  });
  const answer = await measureLogits({ kind: "logits", models, threads: plan.target.threads }, services.signal);
  return answer.models.map(({ size_bytes, sha256, classes, logits }) => {
    const bytes = Buffer.from(logits, "base64");
    const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    return { size_bytes, sha256, logits: logitsOf(values, classes) };
  });
}

/** Times the files beside the baseline, in one process, on images of `split`; answers by file name. */
export async function latenciesOn(
  { services, plan, data, data_folder }: MeasuringContext,
  baseline: string,
  files: readonly { readonly name: string; readonly path: string }[],
  split: Split,
  size: number,
): Promise<Readonly<Record<string, FileFacts & { readonly latency: Latency }>>> {
  const images = (side: number) => join(data_folder, data.splits[split].arrays[String(side)]![0]!);
  const models: TimedModel[] = [
    { name: "baseline", path: baseline, npy: images(plan.backbone.input_size) },
    ...files.map((file) => ({ ...file, npy: images(size) })),
  ];
  const answer = await measureLatency(
    { kind: "latency", models, threads: plan.target.threads, ...PROMISE_TIMING },
    services.signal,
  );
  const own = answer.blocks_ms;
  return Object.fromEntries(
    answer.files.map(({ name, size_bytes, sha256 }) => {
      return [name, { size_bytes, sha256, latency: latencyOf(own[name]!, own.baseline!) }];
    }),
  );
}

/** What a measured time or an accuracy depends on beside its inputs. */
export function measuringEnvironment({ machine }: Services): Readonly<Record<string, unknown>> {
  const { cpu_model, cpu_flags, architecture, versions } = machine;
  return { cpu_model, cpu_flags, architecture, onnxruntime: versions["onnxruntime-node"] ?? null };
}

/** int8 where every node with weights is, else mixed. */
export function precisionOf({ nodes }: Pick<QuantizedOutput, "nodes">): "int8" | "mixed" {
  const weighted = ["Conv", "Gemm", "MatMul"].map((operator) => nodes[operator]?.fp32 ?? 0);
  return weighted.some((count) => count > 0) ? "mixed" : "int8";
}
