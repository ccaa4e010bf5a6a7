// Runs calibration samples through the float model and gathers, in constant memory, a histogram of each value that will
// be quantized and the mean of each weighted layer's input.
import { DecantError } from "../errors/problem.ts";
import type { Graph, Model } from "../onnx/graph.ts";
import { writeModel } from "../onnx/write-model.ts";
import type { MeanMap } from "./convolve-mean.ts";
import { added, emptyHistogram, type Histogram } from "./histogram.ts";
import { MeanSums } from "./mean-sums.ts";
import type { ModelRuntime, ModelSamples } from "./runtime.ts";

export interface Calibration {
  readonly histograms: ReadonlyMap<string, Histogram>;
  readonly means: ReadonlyMap<string, MeanMap>;
}

export interface CalibrationRequest {
  /** Values to make histograms of. */
  readonly ranged: ReadonlySet<string>;
  /** Values to take the mean of. */
  readonly averaged: ReadonlySet<string>;
}

export async function calibrate(
  model: Model,
  request: CalibrationRequest,
  samples: ModelSamples,
  runtime: ModelRuntime,
): Promise<Calibration> {
  const histograms = new Map<string, Histogram>();
  const sums = new MeanSums();
  const observe = (value: string, data: Float32Array, dims: readonly number[]) => {
    if (request.ranged.has(value)) histograms.set(value, added(histograms.get(value) ?? emptyHistogram(), data));
    if (request.averaged.has(value)) sums.add(value, data, dims);
  };
  const inputs = new Set(model.graph.inputs.map(({ name }) => name));
  const wanted = [...new Set([...request.ranged, ...request.averaged])];
  const inside = wanted.filter((name) => !inputs.has(name));
  const fed = wanted.filter((name) => inputs.has(name));
  await runtime.observe(writeModel({ ...model, graph: observable(model.graph, inside) }), samples, observe);
  if (fed.length > 0) await observeInputs(samples, new Set(fed), observe);
  refuseBroken(histograms);
  return { histograms, means: sums.means() };
}

function refuseBroken(histograms: ReadonlyMap<string, Histogram>): void {
  const broken = [...histograms].filter(([, histogram]) => histogram.broken).map(([name]) => name);
  if (broken.length === 0) return;
  const some = broken.slice(0, 3).join(", ");
  const message = `expected finite numbers for every calibration picture, got NaN or infinity in ${broken.length} values (${some}): is the preprocessing the one that the model was trained with?`;
  throw new DecantError("InvalidModel", message);
}

/** The graph with `values` as its only outputs. */
function observable(graph: Graph, values: readonly string[]): Graph {
  const declared = new Map([...graph.values, ...graph.outputs].map((info) => [info.name, info]));
  const outputs = values.map((name) => declared.get(name) ?? { name, type: undefined });
  return { ...graph, outputs, values: graph.values.filter(({ name }) => !values.includes(name)) };
}

async function observeInputs(
  samples: ModelSamples,
  names: ReadonlySet<string>,
  observe: (value: string, data: Float32Array, dims: readonly number[]) => void,
): Promise<void> {
  for (let at = 0; at < samples.count; at += 1) {
    const { name, data, dims } = await samples.input(at);
    if (names.has(name) && data instanceof Float32Array) observe(name, data, dims);
  }
}
