// Milliseconds per sample at an input size: between the profile's sizes they grow with a power of the side, outside with its area.
import { DecantError } from "../errors/problem.ts";
import type { TrainingProfile, TrainingSpeed } from "../workflow/records/training.ts";

export interface SampleTime {
  readonly train_ms: number;
  /** Of a network that doesn't change any more. */
  readonly forward_ms: number;
}

/** Validation follows each epoch by the training framework itself: a forward pass is about this share of a step. */
const FORWARD_SHARE = 1 / 3;
const BY_AREA = 2;

export function sampleTime(profile: TrainingProfile, architecture: string, size: number): SampleTime {
  const own = profile.speeds.filter((speed) => speed.architecture === architecture);
  // A profile of another backbone is a guess, but a better one than none.
  const speeds = (own.length > 0 ? own : profile.speeds).toSorted((a, b) => a.input_size - b.input_size);
  const above = speeds.find((speed) => speed.input_size >= size) ?? speeds.at(-1);
  const below = speeds.findLast((speed) => speed.input_size <= size) ?? speeds[0];
  if (above === undefined || below === undefined) {
    const message = `expected at least one training speed in the profile, got none: measure it again (decant profile)`;
    throw new DecantError("InvalidInput", message);
  }
  const at = (ms: (speed: TrainingSpeed) => number) => {
    const span = Math.log(above.input_size / below.input_size);
    const power = span > 0 ? Math.log(ms(above) / ms(below)) / span : BY_AREA;
    return ms(below) * (size / below.input_size) ** power;
  };
  return { train_ms: at((speed) => speed.train_ms_per_sample), forward_ms: at((speed) => speed.forward_ms_per_sample) };
}

/** One pass over the training samples and the validation after it. */
export function epochMs({ train_ms }: SampleTime, train: number, validation: number): number {
  return (train + validation * FORWARD_SHARE) * train_ms;
}
