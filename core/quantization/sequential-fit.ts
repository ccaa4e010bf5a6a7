// Fits the integers of one layer after the other, from the input on: each to the float layer's outputs, given the inputs that the
// quantized layers before it really leave, so that a layer mends what those spoiled. Both networks run side by side on the
// calibration samples, a stretch between two bottlenecks at a time, whose values at the start are kept.
import type { Model, Node, ValueInfo } from "../onnx/graph.ts";
import { fedInputs } from "../onnx/lookup.ts";
import { between, bottlenecks, sideBySide } from "../onnx/part.ts";
import { writeModel } from "../onnx/write-model.ts";
import type { FittedLayer, QuantizationChoices, QuantizationPlan, QuantizedGraph } from "../quantizers/quantizer.ts";
import { isCorrectable } from "./bias-correction.ts";
import type { Calibration } from "./calibrate.ts";
import { type LayerInputs, layerMoments } from "./layer-moments.ts";
import type { ModelInput, ModelRuntime, ModelSamples } from "./runtime.ts";
import type { WeightedNode } from "./select.ts";

export interface FitRequest {
  readonly plan: QuantizationPlan;
  readonly calibration: Calibration;
  readonly choices: QuantizationChoices;
  readonly samples: ModelSamples;
  readonly runtime: ModelRuntime;
}

/** Bytes of both networks' values that are kept at a bottleneck; where it would take more, the stretch goes on. */
const KEPT_BYTES_MAX = 192 * 2 ** 20;

const PREFIX = "quantized/";

/** The layers in order, with their integers. Samples come one at a time: their batch is 1. */
export async function fitSequentially(request: FitRequest): Promise<ReadonlyMap<Node, FittedLayer>> {
  const { plan, calibration, choices } = request;
  let current = plan.apply(calibration, choices);
  const fitted = new Map<Node, FittedLayer>(current.layers.map((each) => [each.layer.node, each]));
  let kept = startOf(request);
  for (const { to, layers } of stretchesOf(request)) {
    for (const layer of layers) {
      if (!isCorrectable(layer, calibration.means.get(layer.data))) continue;
      const inputs = inputsOf(request, current, kept, layer);
      const moments = new Map([[layer.node, await layerMoments(layer, inputs, kept.samples, request.runtime)]]);
      fitted.delete(layer.node);
      current = plan.apply(calibration, { ...choices, fitted, moments });
      fitted.set(layer.node, current.layers.find((each) => each.layer.node === layer.node)!);
    }
    if (to !== undefined) kept = await advanced(request, current, kept, to);
  }
  return fitted;
}

interface Stretch {
  readonly layers: readonly WeightedNode[];
  /** The bottleneck at its end; undefined for the last. */
  readonly to: string | undefined;
}

/** Values of both networks at a bottleneck, by sample. */
interface Kept {
  readonly value: string;
  readonly samples: ModelSamples;
  readonly float: readonly ValueInfo[];
  readonly quantized: readonly ValueInfo[];
}

/** The layers, cut before those that take a bottleneck's value. */
function stretchesOf({ plan, calibration, samples }: FitRequest): Stretch[] {
  const { graph } = plan.model;
  const narrow = new Set(bottlenecks(graph, fedInputs(graph)[0]!.name));
  const stretches: { layers: WeightedNode[]; to: string | undefined }[] = [{ layers: [], to: undefined }];
  for (const layer of plan.layers) {
    const elements = calibration.means.get(layer.data)?.values.length ?? Number.POSITIVE_INFINITY;
    const small = elements * samples.count * 8 <= KEPT_BYTES_MAX;
    if (small && narrow.has(layer.data)) {
      stretches.at(-1)!.to = layer.data;
      stretches.push({ layers: [], to: undefined });
    }
    stretches.at(-1)!.layers.push(layer);
  }
  return stretches;
}

function startOf({ plan, samples }: FitRequest): Kept {
  const inputs = fedInputs(plan.model.graph);
  return { value: inputs[0]!.name, samples, float: inputs, quantized: inputs };
}

/** Both networks from the kept values to what the layer gets in each. */
function inputsOf({ plan }: FitRequest, current: QuantizedGraph, kept: Kept, layer: WeightedNode): LayerInputs {
  const { data } = current.layers.find((each) => each.layer.node === layer.node)!;
  const float = between(plan.model, kept.float, [layer.data]);
  const quantized = between(current.model, kept.quantized, [data]);
  const model = sideBySide(float, quantized, PREFIX, sharedInputs(kept));
  return { model, float: layer.data, quantized: sharedInputs(kept).has(data) ? data : `${PREFIX}${data}` };
}

/** At the network's own input both get the same value. */
function sharedInputs({ float, quantized }: Kept): ReadonlySet<string> {
  return new Set(float === quantized ? float.map(({ name }) => name) : []);
}

/** The values at the next bottleneck. */
async function advanced({ plan, runtime }: FitRequest, current: QuantizedGraph, kept: Kept, to: string): Promise<Kept> {
  if (to === kept.value) return kept;
  const float = between(plan.model, kept.float, [to]);
  const quantized = between(current.model, kept.quantized, [to]);
  const model: Model = sideBySide(float, quantized, PREFIX, sharedInputs(kept));
  const values = new Map<string, ModelInput[]>();
  await runtime.observe(writeModel(model), kept.samples, (name, data, dims) => {
    const list = values.get(name) ?? [];
    values.set(name, list);
    list.push({ name, data: data.slice(), dims: [...dims] });
  });
  const [own, other] = [values.get(to)!, values.get(`${PREFIX}${to}`)!];
  const info: ValueInfo = { name: to, type: { kind: "tensor", element: "float32", shape: own[0]!.dims } };
  const samples: ModelSamples = {
    count: kept.samples.count,
    input: async (at) => own[at]!,
    others: (at) => [other[at]!],
  };
  return { value: to, samples, float: [info], quantized: [{ ...info }] };
}
