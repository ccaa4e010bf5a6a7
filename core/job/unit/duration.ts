// Durations: a bare number is refused, since nobody can tell seconds from minutes.
import { parseAmount } from "./amount.ts";

const SECONDS = { us: 1e-6, µs: 1e-6, ms: 1e-3, s: 1, min: 60, h: 3600, d: 86400 } as const;
const MILLISECONDS = { us: 1e-3, µs: 1e-3, ms: 1, s: 1e3, min: 6e4, h: 36e5, d: 864e5 } as const;

/** Seconds, or undefined where the text is no duration above zero. */
export function parseDurationS(text: string): number | undefined {
  return positive(parseAmount(text, SECONDS));
}

/** Milliseconds, or undefined where the text is no duration above zero. */
export function parseDurationMs(text: string): number | undefined {
  return positive(parseAmount(text, MILLISECONDS));
}

/** Text of whole seconds in the largest unit that divides them. */
export function formatDuration(seconds: number): string {
  const unit = (["h", "min"] as const).find((name) => seconds >= SECONDS[name] && seconds % SECONDS[name] === 0);
  return unit ? `${seconds / SECONDS[unit]} ${unit}` : `${seconds} s`;
}

/** To six decimals, as they are written: so that a resolved duration can be written and read back. */
function positive(value: number | undefined): number | undefined {
  const rounded = value === undefined ? 0 : Number(value.toFixed(6));
  return rounded > 0 ? rounded : undefined;
}
