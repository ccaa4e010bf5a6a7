// An image network at another input size, for timing: its answers mean nothing, since paddings stay those of its own size.
import { DecantError } from "../errors/problem.ts";
import type { Model, ValueInfo } from "./graph.ts";
import { fedInputs } from "./lookup.ts";

/** @param size side in px. Throws InvalidModel where the input is no [N, C, side, side]. */
export function atInputSize(model: Model, size: number): Model {
  const { graph } = model;
  const [image] = fedInputs(graph);
  const inputs = graph.inputs.map((input) => (input.name === image?.name ? resized(input, size) : input));
  return { ...model, graph: { ...graph, inputs, values: [] } }; // declared shapes in between hold no more
}

function resized({ name, type }: ValueInfo, size: number): ValueInfo {
  const shape = type?.kind === "tensor" ? type.shape : undefined;
  if (type?.kind !== "tensor" || shape?.length !== 4) {
    const message = `expected an input [N, C, side, side], got ${name} [${(shape ?? []).join(", ")}]`;
    throw new DecantError("InvalidModel", message);
  }
  return { name, type: { ...type, shape: [...shape.slice(0, 2), size, size] } };
}
