// What a run costs beside its training, in seconds, on the machine that the profile describes.
import type { TrainingProfile } from "../workflow/records/training.ts";
import { COST } from "./recipes.ts";
import { sampleTime } from "./speed.ts";

const SCALE_MIN = 0.5;
/** A profile measured beside other work must not refuse every run. */
const SCALE_MAX = 2;

export type FixedCosts = typeof COST.fixed_s;

/**
 * COST's seconds, scaled by the profile's forward speed. Only as far as SCALE_MIN: part of these steps is starting processes and
 * writing files. A GPU says nothing of the CPUs that quantize and measure.
 */
export function fixedCosts(profile: TrainingProfile, architecture: string): FixedCosts {
  if (profile.device !== "cpu") return COST.fixed_s;
  const { forward_ms } = sampleTime(profile, architecture, COST.forward_size);
  const scale = Math.min(SCALE_MAX, Math.max(SCALE_MIN, forward_ms / COST.forward_ms));
  const scaled = Object.entries(COST.fixed_s).map(([name, seconds]) => [name, seconds * scale]);
  return Object.fromEntries(scaled) as FixedCosts;
}
