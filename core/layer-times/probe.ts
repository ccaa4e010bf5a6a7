// What is timed: single layers of given widths, many of them as branches of one small network, whose nodes' own times are
// read off a profile. So what stands at a branch's ends (conversions, a pooling that makes the output small) counts nowhere.
import { int, ints, makeNode } from "../onnx/attributes.ts";
import type { ElementType, Model, Node, Tensor, ValueInfo } from "../onnx/graph.ts";
import { elementCount, floatTensor } from "../onnx/tensor-data.ts";
import { QUANTIZER_DEFAULTS, type Quantizer } from "../quantizers/quantizer.ts";
import type { LayerKind } from "../workflow/records/layer-times.ts";
import type { LayerShape } from "./interpolate.ts";
import { quantizedForTiming } from "./quantize-for-timing.ts";

/** Channels at a branch's narrow end. */
const NARROW = 16;
const ENDS: ReadonlySet<LayerKind> = new Set(["gemm", "global-average-pool"]);
const OPSET = 17;
const IR_VERSION = 8;

/** A float network in which the node of the layer at an index, or those around it, have names that `markerOf` reads. */
export function probeNetwork(layers: readonly LayerShape[]): Model {
  const building: Building = {
    nodes: [],
    initializers: [floatTensor("low", [], [0]), floatTensor("high", [], [6]), floatTensor("scale", [], [1 / 127.5])],
    inputs: new Map(),
    outputs: [],
  };
  for (const [at, layer] of layers.entries()) {
    const value = branchOf(building, at, layer);
    // Small outputs, but for layers that end a network.
    const small = ENDS.has(layer.kind) ? value : node(building, "GlobalAveragePool", `c${at}p`, [value]);
    building.outputs.push({ name: small, type: undefined });
  }
  return modelOf(building);
}

function modelOf({ nodes, initializers, inputs, outputs }: Building): Model {
  return {
    ir_version: IR_VERSION,
    opsets: new Map([["", OPSET]]),
    producer_name: "decant",
    producer_version: "",
    domain: "",
    model_version: 0n,
    graph: { name: "layers", nodes, initializers, inputs: [...inputs.values()], outputs, values: [] },
    functions: [],
    metadata: new Map(),
  };
}

/** A probe as the quantizer writes it. */
export function quantizedProbe(network: Model, quantizer: Quantizer): Model {
  // A value can only be quantized behind a float layer.
  const fp32_nodes = network.graph.nodes.flatMap(({ op, name }) =>
    op === "Conv" && /^b\d+q$/.test(name) ? [name] : [],
  );
  return quantizedForTiming(network, quantizer, { ...QUANTIZER_DEFAULTS, fp32_prefix: false, fp32_nodes });
}

/** A network that computes next to nothing: what a run costs beside its layers. */
export function emptyNetwork(): Model {
  return modelOf({
    nodes: [makeNode("Relu", "nothing", ["x"], ["y"])],
    initializers: [],
    inputs: new Map([["x", { name: "x", type: { kind: "tensor", element: "float32", shape: [1, 1] } }]]),
    outputs: [{ name: "y", type: undefined }],
  });
}

/** What a profiled node is to a layer: its own node, or where the nodes begin or end whose sum the layer is. */
export interface Marker {
  readonly layer: number;
  /** first: counts itself; before: the sum begins behind it; end: the sum ends before it. */
  readonly role: "own" | "first" | "before" | "end";
}

const ROLES: Readonly<Record<string, Marker["role"]>> = { b: "before", c: "own", e: "end", f: "first" };

/** Fused nodes go under the name of their first or last part, blocked float ones under their output's. */
export function markerOf(node: string): Marker | undefined {
  const found = /^([bcef])(\d+)q?(?:$|_(?:clipped_|out_)?nchwc|_token_|\/end)/.exec(node);
  return found === null ? undefined : { layer: Number(found[2]), role: ROLES[found[1]!]! };
}

interface Building {
  readonly nodes: Node[];
  readonly initializers: Tensor[];
  readonly inputs: Map<string, ValueInfo>;
  readonly outputs: ValueInfo[];
}

/** The value that the branch ends with. */
function branchOf(building: Building, at: number, layer: LayerShape): string {
  const { kind, kernel, stride, inputs, outputs, output_size } = layer;
  const side = output_size * stride;
  const name = `c${at}`;
  const made = (node: string) => pointwise(building, node, layerInput(building, NARROW, side), NARROW, outputs);
  switch (kind) {
    case "conv":
    case "depthwise":
    case "grouped": {
      const group = kind === "conv" ? 1 : kind === "depthwise" ? outputs : Math.max(1, Math.floor(outputs / inputs));
      const from = layerInput(building, inputs * group, side);
      const dims = [outputs, inputs, kernel, kernel];
      return convolved(building, name, from, { dims, group, stride });
    }
    case "gemm": {
      const weights = [
        constant(building, `${name}_weight`, [inputs, outputs]),
        constant(building, `${name}_bias`, [outputs]),
      ];
      return node(building, "Gemm", name, [fed(building, `x${inputs}`, [1, inputs]), ...weights]);
    }
    case "add":
    case "multiply": {
      const operands = [made(`m${at}`), made(`n${at}`)];
      return node(building, kind === "add" ? "Add" : "Mul", name, operands);
    }
    case "global-average-pool":
      return node(building, "GlobalAveragePool", name, [made(`m${at}`)]);
    case "max-pool":
    case "average-pool": {
      const window = windowOf(kernel, stride);
      const op = kind === "max-pool" ? "MaxPool" : "AveragePool";
      return node(building, op, name, [made(`m${at}`)], window);
    }
    case "activation":
      return node(building, "HardSwish", name, [made(`m${at}`)]);
    case "dequantize":
      return node(building, "HardSwish", `e${at}`, [made(`b${at}`)]);
    case "quantize":
      return pointwise(building, `e${at}`, made(`b${at}q`), outputs, NARROW);
    case "input": {
      const pixels = fed(building, `pixels${side}`, [1, outputs, side, side], "uint8");
      const floats = node(building, "Cast", `f${at}`, [pixels], { to: int(1) });
      const scaled = node(building, "Mul", `s${at}`, [floats, "scale"]);
      const shifted = node(building, "Add", `t${at}`, [scaled, "scale"]);
      return pointwise(building, `e${at}`, shifted, outputs, NARROW);
    }
  }
}

interface Convolution {
  readonly dims: readonly number[];
  readonly group: number;
  readonly stride: number;
}

function pointwise(building: Building, name: string, from: string, inputs: number, outputs: number): string {
  return convolved(building, name, from, { dims: [outputs, inputs, 1, 1], group: 1, stride: 1 });
}

/** Conv -> Clip, as networks have it. */
function convolved(building: Building, name: string, from: string, { dims, group, stride }: Convolution): string {
  const inputs = [from, constant(building, `${name}_weight`, dims), constant(building, `${name}_bias`, [dims[0]!])];
  const raw = node(building, "Conv", name, inputs, { group: int(group), ...windowOf(dims[2]!, stride) });
  building.nodes.push(makeNode("Clip", `${name}/end`, [raw, "low", "high"], [`${name}_clipped`]));
  return `${name}_clipped`;
}

function windowOf(kernel: number, stride: number) {
  const pad = Math.floor(kernel / 2);
  return {
    kernel_shape: ints([kernel, kernel]),
    strides: ints([stride, stride]),
    pads: ints([pad, pad, pad, pad]),
  };
}

/** A node of one output, whose name it answers. */
function node(
  { nodes }: Building,
  op: string,
  name: string,
  inputs: readonly string[],
  attributes: Parameters<typeof makeNode>[4] = {},
): string {
  nodes.push(makeNode(op, name, inputs, [`${name}_out`], attributes));
  return `${name}_out`;
}

function layerInput(building: Building, channels: number, side: number): string {
  return fed(building, `x${channels}x${side}`, [1, channels, side, side]);
}

function fed({ inputs }: Building, name: string, shape: readonly number[], element: ElementType = "float32"): string {
  inputs.set(name, { name, type: { kind: "tensor", element, shape } });
  return name;
}

/** Numbers between -0.5 and 0.5 in no order that a kernel could profit from. */
function constant({ initializers }: Building, name: string, dims: readonly number[]): string {
  const values = Float32Array.from({ length: elementCount(dims) }, (_, at) => ((at * 7919) % 1009) / 1009 - 0.5);
  initializers.push(floatTensor(name, dims, values));
  return name;
}
