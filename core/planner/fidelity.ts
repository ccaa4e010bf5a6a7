// How close a file is to its teacher and to the labels: top-1 + agreement - KL. A hundred samples leave top-1 uncertain
// by several points; agreement and KL look at every sample's answer, so they tell files apart sooner.
import type { DecidedPoint } from "../workflow/records/measurement.ts";

export function fidelity(
  point: Pick<DecidedPoint, "kl_to_teacher"> & Readonly<Record<"top1" | "agreement_with_teacher", { value: number }>>,
): number {
  return point.top1.value + point.agreement_with_teacher.value - point.kl_to_teacher;
}
