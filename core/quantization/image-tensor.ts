// Packed pixels [size, size, 3] to a model's input: layout, batch, and for float32 the normalisation.
import type { ImageInput } from "./image-input.ts";
import type { InputPreprocessing } from "./input-preprocessing.ts";
import type { ModelInput } from "./runtime.ts";

const CHANNELS = 3;

/** Makes inputs; a fixed batch above 1 is filled with copies of the one picture. */
export function imageTensorMaker(
  input: ImageInput,
  { size, normalization }: InputPreprocessing,
): (pixels: Uint8Array) => ModelInput {
  const { name, layout, batch } = input;
  const dims = layout === "NCHW" ? [batch, CHANNELS, size, size] : [batch, size, size, CHANNELS];
  const plane = size * size;
  const table = normalization && normalizationTable(normalization);
  const position = (at: number) => (layout === "NHWC" ? at : (at % CHANNELS) * plane + Math.floor(at / CHANNELS));
  return (pixels) => {
    const data = table === null ? new Uint8Array(pixels.length * batch) : new Float32Array(pixels.length * batch);
    for (let at = 0; at < pixels.length; at += 1) {
      const pixel = pixels[at]!;
      data[position(at)] = table === null ? pixel : table[(at % CHANNELS) * 256 + pixel]!;
    }
    for (let copy = 1; copy < batch; copy += 1) data.copyWithin(copy * pixels.length, 0, pixels.length);
    return { name, data, dims };
  };
}

/** (pixel / 255 - mean) / std by channel and pixel value. */
function normalizationTable({ mean, std }: NonNullable<InputPreprocessing["normalization"]>): Float32Array {
  return Float32Array.from({ length: CHANNELS * 256 }, (_, at) => {
    const channel = Math.floor(at / 256);
    return ((at % 256) / 255 - mean[channel]!) / std[channel]!;
  });
}
