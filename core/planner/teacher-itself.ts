// The teacher itself, quantized: a file that needs no training and loses next to no accuracy, where size and latency let it be.
import type { Candidate } from "../workflow/records/training.ts";
import type { PlannedCandidates } from "./fresh-rung.ts";
import { brokenByPrediction, type PredictFile } from "./predict-file.ts";
import type { ProposeInput } from "./propose-input.ts";
import { candidateOf, type Shape } from "./shape.ts";
import type { ShapeOption } from "./shape-options.ts";
import { candidateSeconds } from "./student-time.ts";

/**
 * @param options shapes that nobody has tried
 * @param available_s for quantizing and measuring it
 */
export function teacherItself(
  { plan, profile, teacher, rung }: ProposeInput,
  options: readonly ShapeOption[],
  predict: PredictFile,
  available_s: number,
): PlannedCandidates | undefined {
  const found = options.find(({ shape }) => {
    const fits = brokenByPrediction(plan.budget, predict(shape)).length === 0;
    return shape.input_size === teacher.input_size && isWhole(shape) && fits;
  });
  if (found === undefined) return undefined;
  const candidate: Candidate = candidateOf(found.shape, rung, 0);
  if (candidateSeconds(plan, profile, teacher.input_size, candidate) > available_s) return undefined;
  const why = "the teacher itself, quantized: it needs no training, and size and latency let it be";
  return { made: [{ candidate, why }], planned: [{ candidates: 1, epochs: 0 }], why };
}

function isWhole({ parameters_ratio, macs_ratio, latency_ms }: Shape): boolean {
  return parameters_ratio >= 1 && macs_ratio >= 1 && latency_ms === undefined;
}
