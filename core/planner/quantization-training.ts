// When training with simulated int8 is worth a rung: calibration broke the accuracy promise where fp32 keeps it, and nothing else
// is wrong with the int8 file. The student itself is not trained any more; only a copy learns to be rounded.
import { keepsPromises } from "../gate/promises.ts";
import type { DecidedPoint } from "../workflow/records/measurement.ts";
import type { Candidate } from "../workflow/records/training.ts";
import { fidelity } from "./fidelity.ts";
import { continued } from "./shape.ts";

export interface QuantizationTrainingProposal {
  readonly candidate: Candidate;
  readonly why: string;
}

/** undefined where some file keeps every promise, or where nothing was lost by rounding alone, or where it was tried. */
export function quantizationTraining(
  tried: readonly Candidate[],
  points: readonly DecidedPoint[],
  rung: number,
  epochs: number,
): QuantizationTrainingProposal | undefined {
  if (epochs === 0 || points.some(({ promises }) => keepsPromises(promises))) return undefined;
  const [best] = points
    .filter((point) => losesByRounding(point, points) && !wasTried(point.candidate_id, tried))
    .toSorted((a, b) => fidelity(b) - fidelity(a));
  const student = tried.find(({ id }) => id === best?.candidate_id);
  if (student === undefined) return undefined;
  const goesOn = continued(student, rung, epochs);
  const { activation } = student;
  const candidate: Candidate = {
    ...goesOn,
    ...(activation === undefined ? {} : { activation }),
    id: `${goesOn.id}-simulated`,
    training: { ...goesOn.training, quantization_epochs: epochs },
  };
  const why = `${student.id} keeps its accuracy in fp32 and loses it in int8, so int8 is simulated while it is trained on`;
  return { candidate, why };
}

/** Of the int8 file only accuracy is broken, and the same candidate's fp32 file keeps that. */
function losesByRounding(point: DecidedPoint, points: readonly DecidedPoint[]): boolean {
  if (point.precision === "fp32") return false;
  const broken = point.promises.filter(({ verdict }) => verdict === "failed").map(({ promise }) => promise);
  const float = points.find(
    ({ candidate_id, precision }) => candidate_id === point.candidate_id && precision === "fp32",
  );
  const floatKeeps = float?.promises.some(
    ({ promise, verdict }) => promise === "accuracy-drop" && verdict === "passed",
  );
  return broken.join() === "accuracy-drop" && floatKeeps === true;
}

function wasTried(id: string, tried: readonly Candidate[]): boolean {
  const simulates = ({ training }: Candidate) => (training.quantization_epochs ?? 0) > 0;
  return tried.some((candidate) => simulates(candidate) && (candidate.id === id || candidate.continues === id));
}
