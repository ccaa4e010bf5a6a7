// Input sizes that a plan allows, and the side of the squares that training crops are cut from.
// Measured on flower photos: at equal MACs a smaller input beat pruning, so smaller sizes are always on offer.

const STEP = 32; // the networks' total stride
/** Below this a step of 32 px would change the latency by half. */
const FINE_BELOW = 128;
const FINE_STEP = 16;
/** For a sixteenth of the pretrained size's latency: whole networks at 80 and 64 px, 13 and 20 times as fast, still named 80 % of flowers
 * on an EPYC with VNNI (npm run bench:peers -- --only chain; one seed, not recorded). */
const SMALLEST = 64;
// A crop from a side of 8/7 (256 for 224) is how the pretrained networks were trained and evaluated.
const CROP_MARGIN = 8 / 7;
const CROP_MULTIPLE = 8;
/** Enlarging an image further than this adds cost and no detail. */
const ENLARGEMENT_MAX = 2;

export interface InputSizes {
  /** px, descending; holds the pretrained size. */
  readonly input_sizes: readonly number[];
  /** px. */
  readonly crop_size: number;
}

/**
 * @param pretrained the backbone's input size, px
 * @param sides short sides of some of the images, px; empty where none could be read
 * @param wished the job's model.input-sizes
 */
export function planInputSizes(pretrained: number, sides: readonly number[], wished?: readonly number[]): InputSizes {
  const limit = ENLARGEMENT_MAX * median(sides);
  const offered = wished ?? smallerSizes(pretrained).filter((size) => size <= limit);
  const input_sizes = [...new Set([pretrained, ...offered])].sort((a, b) => b - a);
  const largest = input_sizes.find((size) => size <= limit) ?? input_sizes.at(-1) ?? pretrained;
  return { input_sizes, crop_size: Math.ceil((largest * CROP_MARGIN) / CROP_MULTIPLE) * CROP_MULTIPLE };
}

/** Multiples of 32 below the pretrained size, descending, then of 16. */
function smallerSizes(pretrained: number): number[] {
  const sizes: number[] = [];
  for (let size = Math.ceil(pretrained / STEP) * STEP - STEP; size >= SMALLEST; ) {
    sizes.push(size);
    size -= size > FINE_BELOW ? STEP : FINE_STEP;
  }
  return sizes;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.POSITIVE_INFINITY;
}
