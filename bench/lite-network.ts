// EfficientNet-Lite0's graph with any inner widths and made-up weights: for timing alone.
import { int, ints, makeNode } from "../core/onnx/attributes.ts";
import type { Model, Node, Tensor } from "../core/onnx/graph.ts";
import { elementCount, floatTensor } from "../core/onnx/tensor-data.ts";

/** Blocks as [expansion, kernel, stride, outputs, count]: https://arxiv.org/abs/1905.11946, table 1; Lite0 has no squeezing. */
const STAGES = [
  [1, 3, 1, 16, 1],
  [6, 3, 2, 24, 2],
  [6, 5, 2, 40, 2],
  [6, 3, 2, 80, 3],
  [6, 5, 1, 112, 3],
  [6, 5, 2, 192, 4],
  [6, 3, 1, 320, 1],
] as const;
const STEM = 32;
const HEAD = 1280;
const CLASSES = 6;

interface Block {
  readonly inputs: number;
  readonly outputs: number;
  readonly kernel: number;
  readonly stride: number;
  readonly expansion: number;
}

const BLOCKS: readonly Block[] = STAGES.flatMap(([expansion, kernel, stride, outputs, count], stage) =>
  Array.from({ length: count }, (_, at) => ({
    inputs: at > 0 ? outputs : (STAGES[stage - 1]?.[3] ?? STEM),
    outputs,
    kernel,
    stride: at === 0 ? stride : 1,
    expansion,
  })),
);
const EXPANDED = BLOCKS.filter(({ expansion }) => expansion > 1);

/** Of each block that expands, in order. */
export const LITE0_WIDTHS: readonly number[] = EXPANDED.map(({ inputs, expansion }) => inputs * expansion);

export function liteNetwork(size: number, widths: readonly number[]): Model {
  const nodes: Node[] = [];
  const initializers: Tensor[] = [
    floatTensor("low", [], [0]),
    floatTensor("high", [], [6]),
    floatTensor("scale", [], [1 / 127.5]),
  ];
  const node = (op: string, inputs: readonly string[], attributes: Parameters<typeof makeNode>[4] = {}) => {
    const name = `${op}_${nodes.length}`;
    nodes.push(makeNode(op, name, inputs, [`${name}_out`], attributes));
    return `${name}_out`;
  };
  const weight = (dims: readonly number[]) => {
    const name = `weight_${initializers.length}`;
    initializers.push(
      floatTensor(
        name,
        dims,
        Float32Array.from({ length: elementCount(dims) }, (_, at) => ((at * 7919) % 1009) / 1009 - 0.5),
      ),
    );
    return name;
  };
  const conv = (from: string, dims: readonly [number, number, number], group: number, stride: number) => {
    const [outputs, inputs, kernel] = dims;
    const pad = Math.floor(kernel / 2);
    const attributes = {
      group: int(group),
      kernel_shape: ints([kernel, kernel]),
      pads: ints([pad, pad, pad, pad]),
      strides: ints([stride, stride]),
    };
    return node("Conv", [from, weight([outputs, inputs, kernel, kernel]), weight([outputs])], attributes);
  };
  const clip = (from: string) => node("Clip", [from, "low", "high"]);
  const pixels = node("Add", [node("Mul", [node("Cast", ["images"], { to: int(1) }), "scale"]), "scale"]);
  let value = clip(conv(pixels, [STEM, 3, 3], 1, 2));
  for (const block of BLOCKS) {
    const width = block.expansion === 1 ? block.inputs : widths[EXPANDED.indexOf(block)]!;
    const expanded = block.expansion === 1 ? value : clip(conv(value, [width, block.inputs, 1], 1, 1));
    const spatial = clip(conv(expanded, [width, 1, block.kernel], width, block.stride));
    const projected = conv(spatial, [block.outputs, width, 1], 1, 1);
    value = block.stride === 1 && block.inputs === block.outputs ? node("Add", [projected, value]) : projected;
  }
  const head = clip(conv(value, [HEAD, BLOCKS.at(-1)!.outputs, 1], 1, 1));
  const flat = node("Flatten", [node("GlobalAveragePool", [head])], { axis: int(1) });
  nodes.push(makeNode("Gemm", "classifier", [flat, weight([HEAD, CLASSES]), weight([CLASSES])], ["logits"]));
  return {
    ir_version: 8,
    opsets: new Map([["", 17]]),
    producer_name: "decant",
    producer_version: "",
    domain: "",
    model_version: 0n,
    graph: {
      name: "lite",
      nodes,
      initializers,
      inputs: [{ name: "images", type: { kind: "tensor", element: "uint8", shape: [1, 3, size, size] } }],
      outputs: [{ name: "logits", type: { kind: "tensor", element: "float32", shape: [1, CLASSES] } }],
      values: [],
    },
    functions: [],
    metadata: new Map(),
  };
}
