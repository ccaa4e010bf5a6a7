// How an image of any shape becomes a square, in two stages: a reduced copy that all sizes of a bucket share, then the
// square. Both depend on the image, the size and the mode only, never on which other sizes are asked for.
import type { Resize } from "../workflow/records/plan.ts";

export interface Extent {
  readonly width: number;
  readonly height: number;
}

export interface SquareGeometry {
  /** The part of the reduced copy that is used. */
  readonly crop: Extent & { readonly left: number; readonly top: number };
  /** What the part is resized to; smaller than the square on one side for `contain`. */
  readonly inner: Extent & { readonly left: number; readonly top: number };
}

const SMALLEST_BUCKET_PX = 256;
// An image below this many times the bucket is resized once, from all its pixels: reducing it first would save little.
const REDUCED_FROM = 3;
// The reduced copy's short side, as a multiple of the bucket: enough more than 1 that resizing twice blurs little, and a
// range, so that a side can be found at which the aspect stays (4:3, 3:2 and 16:9 come out exact).
const SHORT_SIDE_MIN = 17 / 16;
const SHORT_SIDE_MAX = 75 / 64;

/** Sizes of one bucket are cut from one reduced copy: 256, or the next power of two that is not below the size. */
export function bucketOf(size: number): number {
  return size <= SMALLEST_BUCKET_PX ? SMALLEST_BUCKET_PX : 2 ** Math.ceil(Math.log2(size));
}

/**
 * The reduced copy's extent: the one in range whose aspect is nearest to the image's, of those whose sides differ by an
 * even number, so that a centre crop is exactly centred. An image that is not much larger stays as it is.
 */
export function reducedExtent(image: Extent, bucket: number): Extent {
  const short = Math.min(image.width, image.height);
  if (short <= REDUCED_FROM * bucket) return image;
  const aspect = Math.max(image.width, image.height) / short;
  let best = { short: 0, long: 0, error: Number.POSITIVE_INFINITY };
  for (let side = bucket * SHORT_SIDE_MIN; side <= bucket * SHORT_SIDE_MAX; side += 1) {
    const long = side + 2 * Math.round((side * aspect - side) / 2);
    const error = Math.abs(long / side - aspect);
    if (error < best.error) best = { short: side, long, error };
  }
  return image.width < image.height
    ? { width: best.short, height: best.long }
    : { width: best.long, height: best.short };
}

/** Where the square comes from in the reduced copy and where it goes. `image` is the original's extent. */
export function squareGeometry(image: Extent, reduced: Extent, size: number, resize: Resize): SquareGeometry {
  const all = { left: 0, top: 0, width: reduced.width, height: reduced.height };
  const full = { left: 0, top: 0, width: size, height: size };
  if (resize === "stretch") return { crop: all, inner: full };
  if (resize === "cover") {
    const side = Math.min(reduced.width, reduced.height);
    const left = Math.floor((reduced.width - side) / 2);
    const top = Math.floor((reduced.height - side) / 2);
    return { crop: { left, top, width: side, height: side }, inner: full };
  }
  const long = Math.max(image.width, image.height);
  const width = Math.max(1, Math.round((image.width * size) / long));
  const height = Math.max(1, Math.round((image.height * size) / long));
  const left = Math.floor((size - width) / 2);
  return { crop: all, inner: { left, top: Math.floor((size - height) / 2), width, height } };
}
