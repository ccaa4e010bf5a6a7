// Takes a multiplication over all pixels out of the normalisation before a convolution:
//   x -> Mul(s) -> Add(t) -> Conv(w)   becomes   x -> Add(t / s) -> Conv(w s), and Sub alike
// Within rounding, at the borders too: what is padded is zero in both forms, as scaling keeps zero. Only s can move; t folded
// into a bias would be wrong where the kernel sees padding.
import { intAttribute } from "../onnx/attributes.ts";
import type { Graph, Model, Node, Tensor } from "../onnx/graph.ts";
import { type Lookup, lookupOf, nameMaker } from "../onnx/lookup.ts";
import { elementCount, floats, floatTensor } from "../onnx/tensor-data.ts";

export function foldInputScale(model: Model): Graph {
  const { graph } = model;
  const lookup = lookupOf(graph, model.ir_version);
  const newName = nameMaker(model);
  const initializers = [...graph.initializers];
  const replaced = new Map<Node, Node | undefined>();
  for (const conv of graph.nodes) {
    const scaled = conv.op === "Conv" && conv.domain === "" ? scaledInput(conv, lookup) : undefined;
    if (scaled === undefined) continue;
    const { weight, multiply, shift, scales, offsets } = scaled;
    const taps = elementCount(weight.dims.slice(2));
    const scaleOf = (at: number) => scales[Math.floor(at / taps) % scales.length]!;
    const values = floats(weight).map((value, at) => value * scaleOf(at));
    const folded = floatTensor(newName(`${weight.name}_scaled`), weight.dims, values);
    const offset = floatTensor(
      newName(`${shift.outputs[0]!}_offset`),
      [1, scales.length, 1, 1],
      offsets.map((each, at) => each / scales[at]!),
    );
    // Another name, since it is another value: what was learned of the old one says nothing of it.
    const shifted = newName(`${shift.outputs[0]!}_unscaled`);
    initializers.push(folded, offset);
    replaced.set(multiply, undefined);
    replaced.set(shift, { ...shift, inputs: [multiply.inputs[0]!, offset.name], outputs: [shifted] });
    replaced.set(conv, { ...conv, inputs: [shifted, folded.name, ...conv.inputs.slice(2)] });
  }
  const nodes = graph.nodes.flatMap((node) => (replaced.has(node) ? (replaced.get(node) ?? []) : [node]));
  return { ...graph, nodes, initializers };
}

interface ScaledInput {
  readonly weight: Tensor;
  readonly multiply: Node;
  readonly shift: Node;
  /** By channel. */
  readonly scales: readonly number[];
  readonly offsets: readonly number[];
}

function scaledInput(conv: Node, lookup: Lookup): ScaledInput | undefined {
  const weight = lookup.constants.get(conv.inputs[1] ?? "");
  const shift = soleMaker(conv.inputs[0]!, ["Add", "Sub"], lookup);
  const multiply = shift && soleMaker(shift.inputs[0]!, ["Mul"], lookup);
  const plain = weight?.type === "float32" && weight.dims.length === 4 && intAttribute(conv, "group", 1) === 1;
  if (multiply === undefined || !plain) return undefined;
  const channels = weight.dims[1]!;
  const scales = byChannel(lookup.constants.get(multiply.inputs[1]!), channels);
  const offsets = byChannel(lookup.constants.get(shift!.inputs[1]!), channels);
  if (scales === undefined || offsets === undefined || scales.some((scale) => scale === 0)) return undefined;
  return { weight, multiply, shift: shift!, scales, offsets };
}

/** The node that makes a value which only one other uses. */
function soleMaker(value: string, operators: readonly string[], { producer, consumers, outputs }: Lookup) {
  const node = producer.get(value);
  const isSole = consumers.get(value)?.length === 1 && !outputs.has(value);
  return node?.domain === "" && operators.includes(node.op) && isSole ? node : undefined;
}

/** Of a scalar, or of one value a channel in NCHW. */
function byChannel(tensor: Tensor | undefined, channels: number): number[] | undefined {
  if (tensor?.type !== "float32") return undefined;
  const values = floats(tensor);
  if (values.length === 1 && tensor.dims.length <= 4) return Array.from({ length: channels }, () => values[0]!);
  const isPerChannel = [`1,${channels},1,1`, `${channels},1,1`].includes(tensor.dims.join());
  return isPerChannel ? [...values] : undefined;
}
