// Mean of independent recalls, its interval recovered from theirs (MOVER: Zou and Donner 2008, Statistics in Medicine 27:1693).
import type { Estimate, Proportion } from "../workflow/records/measurement.ts";

/** Over the classes that were measured; n counts them. Where none was: value, low and high say nothing (0, 0, 1). */
export function macroRecall(recalls: readonly (Proportion | null)[]): Estimate {
  const measured = recalls.filter((recall) => recall !== null);
  const n = measured.length;
  if (n === 0) return { value: 0, low: 0, high: 1, n: 0 };
  const value = measured.reduce((sum, recall) => sum + recall.value, 0) / n;
  const below = Math.sqrt(measured.reduce((sum, { value, low }) => sum + (value - low) ** 2, 0)) / n;
  const above = Math.sqrt(measured.reduce((sum, { value, high }) => sum + (high - value) ** 2, 0)) / n;
  return { value, low: Math.max(0, value - below), high: Math.min(1, value + above), n };
}
