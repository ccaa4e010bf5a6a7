// Puts the normalisation in front of a model, so that it takes pixels as they are:
//   images float32 -> model   becomes   images uint8 -> Cast -> Mul -> Add -> model
// The arithmetic stays in front of the first convolution; folded into one with padding it would be wrong at the borders.

import { DecantError } from "../errors/problem.ts";
import { int, makeNode } from "../onnx/attributes.ts";
import type { Model, Node } from "../onnx/graph.ts";
import { nameMaker } from "../onnx/lookup.ts";
import { subgraphsOf } from "../onnx/sort-graph.ts";
import { floatTensor } from "../onnx/tensor-data.ts";
import type { ImageInput } from "./image-input.ts";
import type { InputPreprocessing } from "./input-preprocessing.ts";

const FLOAT = 1;

export function withUint8Input(
  model: Model,
  input: ImageInput,
  { mean, std }: NonNullable<InputPreprocessing["normalization"]>,
): Model {
  const { graph } = model;
  if (graph.nodes.some((node) => subgraphsOf(node).length > 0)) {
    throw new DecantError(
      "InvalidModel",
      "expected a model without control flow for a uint8 input, got If, Loop or Scan",
    );
  }
  const newName = nameMaker(model);
  const [pixels, scaled, normalized] = ["pixels", "scaled", "normalized"].map((part) =>
    newName(`${input.name}_${part}`),
  );
  const dims = input.layout === "NCHW" ? [1, 3, 1, 1] : [1, 1, 1, 3];
  const scale = floatTensor(
    newName(`${input.name}_scale`),
    dims,
    std.map((value) => 1 / (255 * value)),
  );
  const offset = floatTensor(
    newName(`${input.name}_offset`),
    dims,
    mean.map((value, at) => -value / std[at]!),
  );
  const front: Node[] = [
    makeNode("Cast", newName(`${input.name}_to_float`), [input.name], [pixels!], { to: int(FLOAT) }),
    makeNode("Mul", newName(`${input.name}_scaling`), [pixels!, scale.name], [scaled!]),
    makeNode("Add", newName(`${input.name}_centring`), [scaled!, offset.name], [normalized!]),
  ];
  const renamed = graph.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map((name) => (name === input.name ? normalized! : name)),
  }));
  const inputs = graph.inputs.map((info) =>
    info.name === input.name && info.type?.kind === "tensor"
      ? { name: info.name, type: { ...info.type, element: "uint8" as const } }
      : info,
  );
  return {
    ...model,
    graph: { ...graph, inputs, nodes: [...front, ...renamed], initializers: [...graph.initializers, scale, offset] },
  };
}
