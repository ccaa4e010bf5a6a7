// The Pareto front: points that no other point beats in latency, size and fidelity at once.
import type { DecidedPoint } from "../workflow/records/measurement.ts";
import { fidelity } from "./fidelity.ts";

type Point = Omit<DecidedPoint, "on_front">;

export function markFront(points: readonly Point[]): DecidedPoint[] {
  return points.map((point) => ({ ...point, on_front: !points.some((other) => dominates(other, point)) }));
}

/** At least as good in all of latency, size and top-1, and better in one; equal there, fidelity breaks the tie. */
export function dominates(a: Point, b: Point): boolean {
  const gains = [b.latency_ms_p50 - a.latency_ms_p50, b.size_bytes - a.size_bytes, a.top1.value - b.top1.value];
  if (gains.some((gain) => gain < 0)) return false;
  return gains.some((gain) => gain > 0) || fidelity(a) > fidelity(b);
}
