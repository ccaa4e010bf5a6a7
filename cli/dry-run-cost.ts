// What a dry run says of money: by step for a target in the cloud; a machine of one's own costs nothing.
import { describeDevice, priceOf } from "../core/budget/billed-device.ts";
import { type Prediction, predictCost } from "../core/budget/predict.ts";
import { describeBasis, pricesIn, SPOT_DISCOUNT } from "../core/budget/prices.ts";
import type { RunCost } from "../core/budget/run-cost.ts";
import { FARGATE_TASK, isCloudTarget } from "../core/budget/step-devices.ts";
import { DecantError } from "../core/errors/problem.ts";
import type { RunEstimate } from "../core/planner/estimate.ts";
import { usd } from "../core/report/format.ts";
import { seconds } from "./progress/describe.ts";

export interface CostOptions {
  readonly region?: string;
  readonly machine?: string;
  /** Per cent. */
  readonly spotDiscount?: string;
}

const REGION = "us-east-1";
const MACHINE = "g5.xlarge";

/** Throws InvalidInput for a machine without a price or a discount that can't be. */
export function predictionFor(target: string, options: CostOptions): Prediction {
  const basis = pricesIn(options.region ?? REGION);
  const machine = options.machine ?? MACHINE;
  const task_device = machine === "fargate" ? FARGATE_TASK : machine;
  const discount = options.spotDiscount === undefined ? SPOT_DISCOUNT : Number(options.spotDiscount) / 100;
  const problems = [];
  if (priceOf(task_device, basis) === undefined) {
    const known = [...Object.keys(basis.prices.ec2_hour), "fargate"].join(", ");
    problems.push({ message: `Expected --machine to be one of ${known}, got ${machine}.` });
  }
  if (!(discount >= 0 && discount <= 1)) {
    problems.push({ message: `Expected --spot-discount to be 0 to 100 per cent, got ${options.spotDiscount}.` });
  }
  if (problems.length > 0) throw new DecantError("InvalidInput", problems);
  return { target, task_device, basis, spot_discount: discount };
}

export function costOf(estimate: RunEstimate, prediction: Prediction): RunCost {
  return predictCost(estimate, prediction);
}

/** @param profiled_on the machine whose training speed the seconds come from */
export function describeCost(
  cost: RunCost,
  prediction: Prediction,
  budget_usd: number | undefined,
  profiled_on: string,
): string[] {
  if (!isCloudTarget(prediction.target)) return ["money:       none: this machine has no price"];
  const lines = cost.steps.map(
    ({ step, device, seconds: s, usd: most }) =>
      `  ${step.padEnd(14)} ${usd(most)} for ${seconds(s)} on ${describeDevice(device)}`,
  );
  const held =
    budget_usd === undefined || cost.usd === null
      ? []
      : [`budget:      ${usd(budget_usd)}: ${cost.usd <= budget_usd ? "enough" : "not enough, so the run would stop"}`];
  return [
    ...lines,
    `  workflow       ${usd(cost.orchestration_usd)}`,
    `money:       at most ${usd(cost.usd)} on demand, ${usd(cost.usd_on_spot)} at a spot discount of ${Math.round(prediction.spot_discount * 100)} %`,
    ...held,
    `prices:      ${describeBasis(prediction.basis)}`,
    `note:        training seconds are those of ${profiled_on}; give the profile of a GPU run for a better figure`,
  ];
}
