// Packed samples as inputs of a model that takes uint8 pixels, as every model of a run does.
import { DecantError } from "../../core/errors/problem.ts";
import type { Model } from "../../core/onnx/graph.ts";
import { fedInputs } from "../../core/onnx/lookup.ts";
import { toTensor } from "../../core/pixels/planar.ts";
import type { ModelSamples } from "../../core/quantization/runtime.ts";
import type { OpenSplit } from "../packed-arrays.ts";

/** `indices`: samples of the split, in the order that the model gets them. */
export function packedSamples(model: Model, split: OpenSplit, indices: readonly number[]): ModelSamples {
  const inputs = fedInputs(model.graph);
  const [input] = inputs;
  const { type } = input ?? {};
  const shape = type?.kind === "tensor" ? type.shape : undefined;
  const fits = shape?.length === 4 && shape[1] === 3 && shape[2] === split.size && shape[3] === split.size;
  if (inputs.length !== 1 || input === undefined || type?.kind !== "tensor" || type.element !== "uint8" || !fits) {
    const found = type?.kind === "tensor" ? `${type.element} [${shape?.join(", ")}]` : "another kind of input";
    throw new DecantError(
      "InvalidModel",
      `expected one input of uint8 [1, 3, ${split.size}, ${split.size}], got ${inputs.length} and first ${found}`,
    );
  }
  const dims = [1, 3, split.size, split.size];
  return {
    count: indices.length,
    input: async (at) => ({ name: input.name, data: toTensor(split.sample(indices[at]!)), dims }),
  };
}
