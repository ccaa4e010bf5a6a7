// Scales from data to drawing units, with round ticks. Formula of the steps: 1, 2 or 5 times a power of ten.

export interface Scale {
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

/** Drawing coordinates with at most two decimals: smaller files, same picture. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** About `wanted` round values within [low, high]. */
export function roundTicks(low: number, high: number, wanted: number): number[] {
  const raw = (high - low) / Math.max(1, wanted);
  if (!(raw > 0) || !Number.isFinite(raw)) return [low];
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= raw * 0.999) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

export function linearScale(domain: readonly [number, number], range: readonly [number, number], wanted = 5): Scale {
  const [low, high] = domain;
  const span = high - low || 1;
  const at = (value: number) => round(range[0] + ((value - low) / span) * (range[1] - range[0]));
  return { at, ticks: roundTicks(low, high, wanted) };
}

/** A tick as short as it is exact: 95, 0.5, 4.25. */
export function tickLabel(tick: number): string {
  return String(Number(tick.toPrecision(4)));
}

/** Values must be positive. Ticks at 1, 2, 5 times powers of ten, at more of them where the axis spans little. */
export function logScale(domain: readonly [number, number], range: readonly [number, number]): Scale {
  const [low, high] = domain;
  const span = Math.log(high / low) || 1;
  const at = (value: number) => round(range[0] + (Math.log(value / low) / span) * (range[1] - range[0]));
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1)
    for (const factor of high / low > 30 ? [1, 2, 5] : [1, 1.5, 2, 3, 4, 5, 6, 8]) {
      const tick = Number((factor * 10 ** power).toPrecision(3));
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  return { at, ticks: ticks.length >= 3 ? ticks : roundTicks(low, high, 4).filter((tick) => tick > 0) };
}
