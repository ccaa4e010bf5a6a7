// preprocessing.json: how a picture becomes the model's input; schemas/preprocessing.schema.json.
import type { Resize } from "../workflow/records/plan.ts";

export interface Preprocessing {
  /** Side of the square input, px. */
  readonly input_size: number;
  readonly resize: Resize;
  readonly layout: "NCHW";
  readonly dtype: "uint8";
  readonly channel_order: "RGB";
}

export function preprocessing(inputSize: number, resize: Resize): Preprocessing {
  return { input_size: inputSize, resize, layout: "NCHW", dtype: "uint8", channel_order: "RGB" };
}
