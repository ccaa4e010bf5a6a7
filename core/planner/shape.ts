// What a candidate is before its training is planned, and the candidate that comes of it.
import type { Candidate, PruneRecipe } from "../workflow/records/training.ts";
import { STUDENT } from "./recipes.ts";

/** Shares of 1: unpruned. */
export interface Shape {
  readonly input_size: number;
  readonly parameters_ratio: number;
  readonly macs_ratio: number;
}

export function candidateOf(shape: Shape, rung: number, epochs: number): Candidate {
  const width = Math.round(Math.min(shape.parameters_ratio, shape.macs_ratio) * 100);
  return {
    id: `${shape.input_size}px-${width}w-int8${rung > 1 ? `-rung${rung}` : ""}`,
    rung,
    input_size: shape.input_size,
    prune: pruneRecipe(shape),
    training: {
      epochs,
      batch_size: STUDENT.batch_size,
      learning_rate: STUDENT.learning_rate,
      temperature: STUDENT.temperature,
      distillation_weight: STUDENT.distillation_weight,
    },
    precision: "int8",
  };
}

export function shapeOfCandidate({ input_size, prune }: Candidate): Shape {
  return { input_size, parameters_ratio: prune?.parameters_ratio ?? 1, macs_ratio: prune?.macs_ratio ?? 1 };
}

function pruneRecipe({ parameters_ratio, macs_ratio }: Shape): PruneRecipe | null {
  if (parameters_ratio >= 1 && macs_ratio >= 1) return null;
  return {
    pruner: STUDENT.pruner,
    importance: STUDENT.importance,
    ...(parameters_ratio < 1 ? { parameters_ratio } : {}),
    ...(macs_ratio < 1 ? { macs_ratio } : {}),
    channel_multiple: STUDENT.channel_multiple,
  };
}
