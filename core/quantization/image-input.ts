// The one image input of a model: its name, element type, layout and size, or why there is none.
import { DecantError } from "../errors/problem.ts";
import type { Dimension, Model } from "../onnx/graph.ts";
import { fedInputs } from "../onnx/lookup.ts";

export interface ImageInput {
  readonly name: string;
  readonly element: "float32" | "uint8";
  readonly layout: "NCHW" | "NHWC";
  /** 1 where the model leaves it open. */
  readonly batch: number;
  /** Side of the square, px; undefined where the model leaves it open. */
  readonly size: number | undefined;
}

/** Throws InvalidModel where the model doesn't take exactly one square RGB image. */
export function imageInput(model: Model): ImageInput {
  const inputs = fedInputs(model.graph);
  const [input] = inputs;
  if (input === undefined || inputs.length > 1) {
    const names = inputs.map(({ name }) => name).join(", ") || "none";
    throw new DecantError("InvalidModel", `expected a model with one input, an image; got ${names}`);
  }
  const { name, type } = input;
  if (type?.kind !== "tensor" || (type.element !== "float32" && type.element !== "uint8")) {
    const got = type?.kind === "tensor" ? type.element : (type?.kind ?? "no type");
    throw new DecantError("InvalidModel", `expected the input ${name} to be float32 or uint8, got ${got}`);
  }
  const shape = type.shape ?? [];
  const where = `expected the input ${name} to be [N, 3, size, size] or [N, size, size, 3], got [${shape.map(shown)}]`;
  const first = shape.length === 4 && shape[1] === 3;
  const last = shape.length === 4 && shape[3] === 3;
  if (first === last) throw new DecantError("InvalidModel", where);
  const [height, width] = first ? [shape[2], shape[3]] : [shape[1], shape[2]];
  const sides = [height, width].filter((side) => typeof side === "number");
  if (new Set(sides).size > 1) throw new DecantError("InvalidModel", where);
  const [batch] = shape;
  return {
    name,
    element: type.element,
    layout: first ? "NCHW" : "NHWC",
    batch: typeof batch === "number" && batch > 0 ? batch : 1,
    size: sides[0] || undefined,
  };
}

/** The model with no dimension of its image left open: for whoever makes up its input from its shape alone. */
export function withFixedInput(model: Model, { name, layout, batch, size }: ImageInput, openSize: number): Model {
  const side = size ?? openSize;
  const shape = layout === "NCHW" ? [batch, 3, side, side] : [batch, side, side, 3];
  const inputs = model.graph.inputs.map((input) =>
    input.name === name && input.type?.kind === "tensor" ? { ...input, type: { ...input.type, shape } } : input,
  );
  return { ...model, graph: { ...model.graph, inputs } };
}

function shown(dimension: Dimension): string {
  return String(dimension ?? "?");
}
