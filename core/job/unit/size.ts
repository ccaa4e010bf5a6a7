// Sizes: decimal prefixes (MB = 10^6 bytes) and binary ones (MiB = 2^20 bytes).
import { parseAmount } from "./amount.ts";

const BYTES = { B: 1, kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 } as const;

/** Whole bytes, or undefined where the value is no size of at least one byte. */
export function parseSizeBytes(value: string | number): number | undefined {
  const bytes = typeof value === "number" ? value : parseAmount(value, BYTES);
  if (bytes === undefined || !Number.isFinite(bytes)) return undefined;
  const whole = Math.round(bytes);
  return whole >= 1 ? whole : undefined;
}

/** The shortest exact text of a whole number of bytes. */
export function formatSize(bytes: number): string {
  const unit = (["GB", "MB", "kB"] as const).find((name) => bytes >= BYTES[name] && (bytes * 1e3) % BYTES[name] === 0);
  return unit ? `${bytes / BYTES[unit]} ${unit}` : `${bytes} B`;
}
