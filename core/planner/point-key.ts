// The name of a point within a run: its candidate and precision.
import type { DecidedPoint } from "../workflow/records/measurement.ts";

export function pointKey({ candidate_id, precision }: Pick<DecidedPoint, "candidate_id" | "precision">): string {
  return `${candidate_id}/${precision}`;
}
