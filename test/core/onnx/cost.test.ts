// Parameters and multiply-accumulates, against counts done by hand.
import { describe, expect, it } from "vitest";
import type { Attribute, Graph, Node, Tensor } from "../../../core/onnx/graph.ts";
import { macsOf, shapesNeeded } from "../../../core/onnx/macs.ts";
import { parametersOf } from "../../../core/onnx/parameters.ts";

function node(op: string, inputs: string[], output: string, attributes: [string, Attribute][] = []): Node {
  return { name: output, op, domain: "", inputs, outputs: [output], attributes: new Map(attributes) };
}

function tensor(name: string, type: Tensor["type"], dims: number[]): Tensor {
  return { name, type, dims, bytes: new Uint8Array() };
}

function graphOf(nodes: Node[], initializers: Tensor[]): Graph {
  return { name: "made up", nodes, initializers, inputs: [], outputs: [], values: [] };
}

const float = graphOf(
  [node("Conv", ["x", "w", "b"], "y"), node("Relu", ["y"], "z"), node("Gemm", ["z2", "fc"], "logits")],
  [
    tensor("w", "float32", [16, 3, 3, 3]),
    tensor("b", "float32", [16]),
    tensor("fc", "float32", [5, 16]),
    tensor("shape", "int64", [2]),
  ],
);
const shapes = new Map([
  ["y", [1, 16, 10, 10]],
  ["z2", [1, 16]],
  ["logits", [1, 5]],
]);

describe("macsOf", () => {
  it("counts a convolution by its outputs and kernel, a product by its inner size", () => {
    expect(macsOf(float, (name) => shapes.get(name))).toBe(1600 * 27 + 5 * 16);
  });

  it("counts a depthwise convolution by its one input channel", () => {
    const graph = graphOf([node("Conv", ["x", "w"], "y")], [tensor("w", "float32", [16, 1, 3, 3])]);
    expect(macsOf(graph, () => [1, 16, 10, 10])).toBe(1600 * 9);
  });

  it("counts the same where weights come through DequantizeLinear", () => {
    const graph = graphOf(
      [node("DequantizeLinear", ["q", "s", "zero"], "w"), node("Conv", ["x", "w"], "y")],
      [tensor("q", "int8", [16, 3, 3, 3]), tensor("s", "float32", [16]), tensor("zero", "int8", [16])],
    );
    const known = new Map([
      ["w", [16, 3, 3, 3]],
      ["y", [1, 16, 10, 10]],
    ]);
    expect(shapesNeeded(graph)).toEqual(["y", "w"]);
    expect(macsOf(graph, (name) => known.get(name))).toBe(1600 * 27);
    expect(parametersOf(graph)).toBe(16 * 27);
  });

  it("uses the first factor's rows where a product transposes it", () => {
    const transA: [string, Attribute] = ["transA", { kind: "int", value: 1n }];
    const graph = graphOf([node("Gemm", ["a", "b"], "y", [transA])], []);
    const known = new Map([
      ["a", [7, 3]],
      ["y", [3, 4]],
    ]);
    expect(macsOf(graph, (name) => known.get(name))).toBe(12 * 7);
  });

  it("is unknown where a shape is, and 0 where nothing multiplies", () => {
    expect(macsOf(float, () => undefined)).toBeUndefined();
    expect(macsOf(graphOf([node("Relu", ["x"], "y")], []), () => undefined)).toBe(0);
    expect(shapesNeeded(graphOf([node("Relu", ["x"], "y")], []))).toEqual([]);
  });
});

describe("parametersOf", () => {
  it("counts weights and biases, but no shapes", () => {
    expect(parametersOf(float)).toBe(16 * 27 + 16 + 5 * 16);
  });
});
