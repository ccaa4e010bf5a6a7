// Times int8 variants of a model on this machine and searches them for the layers that stay in fp32: files in a temporary
// folder, each comparison in a fresh process, with made-up pixels (integer kernels take as long for any).
import type { Model } from "../../core/onnx/graph.ts";
import { fedInputs } from "../../core/onnx/lookup.ts";
import { calibrate } from "../../core/quantization/calibrate.ts";
import { minMax } from "../../core/quantization/observer.ts";
import { type PrecisionVariant, precisionVariants } from "../../core/quantization/precision-variants.ts";
import type { ModelSamples } from "../../core/quantization/runtime.ts";
import { searchPrecision } from "../../core/quantization/search-precision.ts";
import type { Quantizer, QuantizerOptions } from "../../core/quantizers/quantizer.ts";
import type { Blocks } from "../../core/statistics/latency.ts";
import { seededRandom } from "../../core/statistics/random.ts";
import type { PrecisionTimes } from "../../core/workflow/records/measurement.ts";
import { modelRuntime } from "../onnx-runtime/model-runtime.ts";
import { measureLatency } from "./measure.ts";
import { withModelFiles } from "./model-files.ts";

export interface PrecisionRequest {
  readonly model: Model;
  readonly quantizer: Quantizer;
  readonly options: QuantizerOptions;
  readonly threads: number;
  /** No new comparison begins after this many seconds. */
  readonly limit_s: number;
  readonly signal: AbortSignal;
  readonly progress: (message: string) => void;
}

const RUNS_PER_BLOCK = 20;
/** Made-up pictures that give the variants ranges; their values don't change how long anything takes. */
const PICTURES = 4;

export async function timePrecisions(request: PrecisionRequest): Promise<PrecisionTimes> {
  const { model, quantizer, options, threads, signal, progress } = request;
  const start = performance.now();
  const full = quantizer.plan(model, { ...options, fp32_prefix: false });
  const runtime = modelRuntime(threads, signal);
  const calibration = await calibrate(full.model, full.shared_calibration, madeUpPictures(model), runtime);
  const quantized = ({ fp32_nodes }: PrecisionVariant) => {
    const nodes = [...options.fp32_nodes, ...fp32_nodes];
    const plan = quantizer.plan(full.model, { ...options, fp32_prefix: false, fp32_nodes: nodes });
    return plan.apply(calibration, { observer: minMax, portable: false }).model;
  };
  const time = async (variants: readonly (PrecisionVariant | null)[], blocks: number): Promise<Blocks[]> => {
    progress(`timing ${variants.length} precisions in ${blocks} blocks of ${RUNS_PER_BLOCK} runs`);
    // On one thread both clocks rank alike, and a busy machine disturbs this one less.
    const clock = threads === 1 ? ("cpu" as const) : ("wall" as const);
    const timing = { threads, blocks, runs_per_block: RUNS_PER_BLOCK, clock };
    const models = variants.map((variant) => (variant === null ? model : quantized(variant)));
    return withModelFiles(models, async (files) => {
      const answer = await measureLatency({ kind: "latency", models: files, ...timing }, signal);
      return files.map(({ name }) => answer.blocks_ms[name]!);
    });
  };
  const timeLeft = () => performance.now() - start < request.limit_s * 1000;
  const variants = precisionVariants(full.model.graph, full.model.ir_version);
  return searchPrecision(variants, time, timeLeft);
}

function madeUpPictures(model: Model): ModelSamples {
  const [input] = fedInputs(model.graph);
  const type = input?.type?.kind === "tensor" ? input.type : undefined;
  const dims = (type?.shape ?? []).map((size) => (typeof size === "number" ? size : 1));
  const random = seededRandom(0);
  const length = dims.reduce((product, size) => product * size, 1);
  const pixels = type?.element === "uint8";
  return {
    count: PICTURES,
    input: async () => ({
      name: input!.name,
      data: pixels
        ? Uint8Array.from({ length }, () => Math.floor(random() * 256))
        : Float32Array.from({ length }, () => random() * 2 - 1),
      dims,
    }),
  };
}
