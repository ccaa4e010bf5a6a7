// Numbers as people read them: one unit style everywhere, so that headline, tables and model card agree.
import type { Estimate, Proportion } from "../workflow/records/measurement.ts";

const EN_DASH = "–";
const MINUS = "−";

/** A fixed number of decimals with a true minus sign. */
export function decimals(value: number, places: number): string {
  const text = Math.abs(value).toFixed(places);
  return value < 0 && Number(text) !== 0 ? `${MINUS}${text}` : text;
}

/** About `digits` significant digits without an exponent: 0.0123, 4.81, 12.3, 1234. */
export function significant(value: number, digits = 3): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const places = Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(value))));
  return decimals(value, Math.min(places, 8));
}

/** Decimal units, as in the job: MB = 10^6 bytes. */
export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  if (value < 1e6) return `${decimals(value / 1e3, 1)} kB`;
  if (value < 1e9) return `${decimals(value / 1e6, 2)} MB`;
  return `${decimals(value / 1e9, 2)} GB`;
}

export function milliseconds(value: number): string {
  return `${significant(value)} ms`;
}

/** A share 0..1 in percent. */
export function percent(share: number, places = 1): string {
  return `${decimals(share * 100, places)} %`;
}

/** The ends of an interval, without a unit. */
export function interval(low: number, high: number, places = 1): string {
  const from = decimals(low, places);
  const to = decimals(high, places);
  return low < 0 || high < 0 ? `${from} to ${to}` : `${from}${EN_DASH}${to}`;
}

/** "86.3 % (82.0–89.7, n = 300)" */
export function proportion(value: Proportion): string {
  return `${percent(value.value)} (${interval(value.low * 100, value.high * 100)}, n = ${value.n})`;
}

/** A share with interval, the unit of n given: "71.2 % (64.0–77.9, 6 classes)". */
export function shareEstimate(value: Estimate, unit: string): string {
  return `${percent(value.value)} (${interval(value.low * 100, value.high * 100)}, ${value.n} ${unit})`;
}

export function times(value: number): string {
  return `${significant(value, 2)}×`;
}

/** Whole numbers with thin spaces between thousands. */
export function count(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

/** Parameters and multiply-accumulates: 1.93 M, 208 M. */
export function quantity(value: number): string {
  if (value < 1e3) return String(value);
  if (value < 1e6) return `${significant(value / 1e3)} k`;
  if (value < 1e9) return `${significant(value / 1e6)} M`;
  return `${significant(value / 1e9)} G`;
}

export function duration(seconds: number): string {
  if (seconds < 120) return `${significant(seconds)} s`;
  if (seconds < 7200) return `${significant(seconds / 60)} min`;
  return `${significant(seconds / 3600)} h`;
}

/** A promised or measured amount in its promise's unit. */
export function amount(value: number, unit: string): string {
  if (unit === "bytes" || unit === "B") return bytes(value);
  if (unit === "ms") return milliseconds(value);
  if (unit === "s") return duration(value);
  if (unit === "USD") return `${decimals(value, 2)} USD`;
  if (unit === "points" || unit === "percentage points") return `${decimals(value, 1)} points`;
  return `${significant(value)} ${unit}`;
}

/** The ends of an interval with the unit once: "4.22–4.44 ms", "−1.0 to 3.7 points". */
export function amountInterval(low: number, high: number, unit: string): string {
  const [from, to] = [amount(low, unit), amount(high, unit)];
  const suffix = to.slice(to.lastIndexOf(" "));
  if (!from.endsWith(suffix)) return `${from} to ${to}`;
  return `${from.slice(0, -suffix.length)}${low < 0 || high < 0 ? " to " : EN_DASH}${to}`;
}

/** A reason as a sentence: with a capital and a full stop. */
export function sentence(text: string): string {
  const trimmed = text.trim();
  if (trimmed === "") return "";
  const end = /[.!?]$/.test(trimmed) ? "" : ".";
  return `${trimmed.charAt(0).toUpperCase()}${trimmed.slice(1)}${end}`;
}

/** Holds a number and its unit on one line. */
export function keepUnits(text: string): string {
  return text.replace(/(\d) (?=(?:MB|kB|GB|B|ms|s|min|h|px|%|points|USD)\b|%)/g, "$1\u00a0");
}

/** Money to a thousandth of a dollar below one, to a cent above; null: not known. */
export function usd(value: number | null): string {
  if (value === null) return "an unknown price";
  if (value === 0) return "0 USD";
  if (value > 0 && value < 0.001) return "less than 0.001 USD";
  return `${decimals(value, value < 1 ? 3 : 2)} USD`;
}
