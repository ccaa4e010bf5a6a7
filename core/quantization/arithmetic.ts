// The arithmetic of quantization, in float32 as ONNX Runtime does it: scales, zero points, rounding half to even,
// saturation. schemas/vectors/quantization.json holds examples that both languages run.

export interface Affine {
  /** A float32 above 0. */
  readonly scale: number;
  readonly zero_point: number;
}

export interface IntegerRange {
  readonly low: number;
  readonly high: number;
}

export const UINT8: IntegerRange = { low: 0, high: 255 };
/** Symmetric: -128 stays unused, so that a weight and its negative are equally exact. */
export const INT8_SYMMETRIC: IntegerRange = { low: -127, high: 127 };
export const INT32: IntegerRange = { low: -(2 ** 31), high: 2 ** 31 - 1 };

/** Below it, products of two scales would leave float32's normal numbers. */
const SCALE_MIN = 2 ** -60;

/** Scale and zero point of an activation: uint8 over the range widened to hold 0, so that 0 is exact (padding). */
export function activationAffine(low: number, high: number): Affine {
  const from = Math.min(0, Math.fround(low));
  const to = Math.max(0, Math.fround(high));
  const scale = Math.max(Math.fround((to - from) / UINT8.high), SCALE_MIN);
  return { scale, zero_point: clamp(roundHalfEven(Math.fround(-from / scale)), UINT8) };
}

/** Scale of a symmetric int8 weight channel. */
export function weightScale(absoluteMax: number): number {
  return Math.max(Math.fround(Math.fround(absoluteMax) / INT8_SYMMETRIC.high), SCALE_MIN);
}

/** Scale of the int32 bias of a layer: input scale times weight scale. */
export function biasScale(inputScale: number, weightChannelScale: number): number {
  return Math.fround(inputScale * weightChannelScale);
}

/** QuantizeLinear: round(x / scale) + zero point, saturated. NaN gives the lowest value, as a range that holds none. */
export function quantize(value: number, { scale, zero_point }: Affine, range: IntegerRange): number {
  const steps = roundHalfEven(Math.fround(Math.fround(value) / scale)) + zero_point;
  return Number.isNaN(steps) ? range.low : clamp(steps, range);
}

/** DequantizeLinear. */
export function dequantize(integer: number, { scale, zero_point }: Affine): number {
  return Math.fround((integer - zero_point) * scale);
}

export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const fraction = value - floor;
  if (fraction !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

function clamp(value: number, { low, high }: IntegerRange): number {
  return Math.min(high, Math.max(low, value)) + 0;
}
