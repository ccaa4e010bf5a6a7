// Interleaved pixels to the planar layout that models take: HWC -> CHW, uint8.

const CHANNELS = 3;

/**
 * Pixels of one image, [H, W, 3] RGB, as the tensor [3, H, W] (with a batch of one: [1, 3, H, W]).
 * Writes into `target` where given, so that a loop needs no memory of its own.
 */
export function toTensor(pixels: Uint8Array, target = new Uint8Array(pixels.length)): Uint8Array {
  if (pixels.length % CHANNELS !== 0 || target.length !== pixels.length) {
    throw new Error(
      `Expected pixels and target of one length, a multiple of 3, got ${pixels.length}, ${target.length}`,
    );
  }
  const plane = pixels.length / CHANNELS;
  for (let at = 0, from = 0; at < plane; at += 1, from += CHANNELS) {
    target[at] = pixels[from]!;
    target[at + plane] = pixels[from + 1]!;
    target[at + 2 * plane] = pixels[from + 2]!;
  }
  return target;
}
