// One curve of a student that several rungs trained: each rung's epochs and steps are counted on from the one before.
import type { CurvePoint } from "../workflow/records/training.ts";

/** @param curves earliest rung first */
export function joinCurves(curves: readonly (readonly CurvePoint[])[]): CurvePoint[] {
  const joined: CurvePoint[] = [];
  for (const curve of curves) {
    const epoch = Math.max(0, ...joined.map((point) => point.epoch));
    const step = Math.max(0, ...joined.map((point) => point.step));
    joined.push(...curve.map((point) => ({ ...point, epoch: point.epoch + epoch, step: point.step + step })));
  }
  return joined;
}
