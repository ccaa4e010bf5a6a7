// Milliseconds per sample at an input size: from the profile's entry, else scaled by area from the nearest one.
import { DecantError } from "../errors/problem.ts";
import type { TrainingProfile, TrainingSpeed } from "../workflow/records/training.ts";

export interface SampleTime {
  readonly train_ms: number;
  /** Of a network that doesn't change any more. */
  readonly forward_ms: number;
}

/** Validation follows each epoch by the training framework itself: a forward pass is about this share of a step. */
const FORWARD_SHARE = 1 / 3;

export function sampleTime(profile: TrainingProfile, architecture: string, size: number): SampleTime {
  const own = profile.speeds.filter((speed) => speed.architecture === architecture);
  // A profile of another backbone is a guess, but a better one than none.
  const speeds = own.length > 0 ? own : profile.speeds;
  if (speeds.length === 0) {
    const message = `expected at least one training speed in the profile, got none: measure it again (decant profile)`;
    throw new DecantError("InvalidInput", message);
  }
  const nearest = speeds.reduce((best, speed) => (distance(speed, size) < distance(best, size) ? speed : best));
  const scale = (size / nearest.input_size) ** 2;
  return { train_ms: nearest.train_ms_per_sample * scale, forward_ms: nearest.forward_ms_per_sample * scale };
}

/** One pass over the training samples and the validation after it. */
export function epochMs({ train_ms }: SampleTime, train: number, validation: number): number {
  return (train + validation * FORWARD_SHARE) * train_ms;
}

function distance(speed: TrainingSpeed, size: number): number {
  return Math.abs(Math.log(speed.input_size / size));
}
