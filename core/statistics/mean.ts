// Mean and its 95 % t interval (Student 1908), for values that are nearly normal, such as means over blocks.
import type { Estimate } from "../workflow/records/measurement.ts";
import { NORMAL_ONE_SIDED_95, NORMAL_TWO_SIDED_95 } from "./normal.ts";
import { studentQuantile } from "./student.ts";

export function mean(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("Expected at least one value, got none");
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Two-sided 95 % interval of the mean. Needs 2 values. */
export function meanInterval(values: readonly number[]): Estimate {
  const centre = mean(values);
  const half = studentQuantile(0.975, NORMAL_TWO_SIDED_95, values.length - 1) * standardError(values, centre);
  return { value: centre, low: centre - half, high: centre + half, n: values.length };
}

/** One-sided upper 95 % bound of the mean. Needs 2 values. */
export function meanUpperBound(values: readonly number[]): number {
  const centre = mean(values);
  return centre + studentQuantile(0.95, NORMAL_ONE_SIDED_95, values.length - 1) * standardError(values, centre);
}

function standardError(values: readonly number[], centre: number): number {
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}
