// What a candidate is before its training is planned, and the candidate that comes of it.
import type { Candidate, PruneRecipe } from "../workflow/records/training.ts";
import { STUDENT } from "./recipes.ts";

/** Shares of 1: unpruned. */
export interface Shape {
  readonly input_size: number;
  readonly parameters_ratio: number;
  readonly macs_ratio: number;
  /** Predicted median that its int8 file may take, by the table of layer times; absent: no limit. */
  readonly latency_ms?: number;
  /** Absent: STUDENT.pruner. */
  readonly pruner?: string;
  /** Absent: STUDENT.channel_multiple. */
  readonly channel_multiple?: number;
}

export function candidateOf(shape: Shape, rung: number, epochs: number): Candidate {
  return {
    id: idOf(shape, rung),
    rung,
    input_size: shape.input_size,
    prune: pruneRecipe(shape),
    training: {
      epochs,
      batch_size: STUDENT.batch_size,
      learning_rate: STUDENT.learning_rate,
      temperature: STUDENT.temperature,
      distillation_weight: STUDENT.distillation_weight,
      refinement: STUDENT.refinement,
    },
    precision: "int8",
  };
}

/** The same student, trained on. */
export function continued(candidate: Candidate, rung: number, epochs: number): Candidate {
  const { id } = candidateOf(shapeOfCandidate(candidate), rung, epochs);
  const { quantization_epochs: _, ...training } = candidate.training;
  return { ...candidate, id, rung, training: { ...training, epochs }, continues: candidate.id };
}

export function shapeOfCandidate({ input_size, prune }: Candidate): Shape {
  const shape = { input_size, parameters_ratio: prune?.parameters_ratio ?? 1, macs_ratio: prune?.macs_ratio ?? 1 };
  if (prune === null) return shape;
  const { pruner, latency_ms, channel_multiple } = prune;
  return {
    ...shape,
    ...(pruner === STUDENT.pruner ? {} : { pruner }),
    ...(latency_ms === undefined ? {} : { latency_ms }),
    ...(channel_multiple === STUDENT.channel_multiple ? {} : { channel_multiple }),
  };
}

function idOf({ input_size, parameters_ratio, macs_ratio, pruner, latency_ms }: Shape, rung: number): string {
  const width = Math.round(Math.min(parameters_ratio, macs_ratio) * 100);
  const parts = [
    `${input_size}px`,
    `${width}w`,
    ...(latency_ms ? [`${latency_ms.toFixed(2)}ms`] : []),
    ...(pruner ? [pruner] : []),
    "int8",
    ...(rung > 1 ? [`rung${rung}`] : []),
  ];
  return parts.join("-");
}

function pruneRecipe({
  parameters_ratio,
  macs_ratio,
  latency_ms,
  pruner,
  channel_multiple,
}: Shape): PruneRecipe | null {
  if (parameters_ratio >= 1 && macs_ratio >= 1 && latency_ms === undefined) return null;
  return {
    pruner: pruner ?? STUDENT.pruner,
    importance: STUDENT.importance,
    ...(parameters_ratio < 1 ? { parameters_ratio } : {}),
    ...(macs_ratio < 1 ? { macs_ratio } : {}),
    ...(latency_ms === undefined ? {} : { latency_ms }),
    channel_multiple: channel_multiple ?? STUDENT.channel_multiple,
  };
}

/** Rounded down, so that a byte or a microsecond more or less makes no other candidate; not by a last binary digit. */
export function thousandths(value: number): number {
  return Math.floor(value * 1000 + 1e-9) / 1000;
}
