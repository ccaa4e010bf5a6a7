// The money of a run before it is spent: the planner's seconds, what starting machines adds, and the states it goes through.
import type { RunEstimate } from "../planner/estimate.ts";
import type { PriceBasis } from "./prices.ts";
import { costOfRun, type RunCost, type StepSeconds } from "./run-cost.ts";
import { deviceOfStep, GPU_STEPS, isCloudTarget } from "./step-devices.ts";

/** A machine is paid for while it starts and fetches the image: a figure to plan with, not measured. */
export const MACHINE_START_S = 240;

/** States that a run goes through: 15 in any case, 4 with each rung, 6 with each candidate. */
export function transitionsOf(rungs: number, candidates: number): number {
  return 15 + 4 * rungs + 6 * candidates;
}

export interface Prediction {
  readonly target: string;
  /** What GPU tasks run on, e.g. g5.xlarge. */
  readonly task_device: string;
  readonly basis: PriceBasis;
  readonly spot_discount: number;
}

const ONE_CANDIDATE = [{ candidates: 1, epochs: 0 }];

export function predictCost(
  {
    seconds_by_step,
    rungs = ONE_CANDIDATE,
  }: Pick<RunEstimate, "seconds_by_step"> & Partial<Pick<RunEstimate, "rungs">>,
  { target, task_device, basis, spot_discount }: Prediction,
): RunCost {
  const candidates = rungs.reduce((sum, rung) => sum + rung.candidates, 0);
  const cloud = isCloudTarget(target);
  const steps: StepSeconds[] = Object.entries(seconds_by_step).map(([step, seconds]) => {
    const starts = step === "compress" ? candidates : 1;
    const start_s = cloud && GPU_STEPS.includes(step) ? starts * MACHINE_START_S : 0;
    return { step, device: deviceOfStep(step, target, task_device), seconds: seconds + start_s };
  });
  return costOfRun({ steps, basis, spot_discount, transitions: cloud ? transitionsOf(rungs.length, candidates) : 0 });
}
