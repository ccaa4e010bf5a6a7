// The promise of money while a run is under way: before training is begun, and before another rung.
import { predictCost } from "../core/budget/predict.ts";
import { describeBasis, pricesIn } from "../core/budget/prices.ts";
import { spentUsd, taskDeviceOf, trainingUsd } from "../core/budget/spend-guard.ts";
import { isCloudTarget } from "../core/budget/step-devices.ts";
import { DecantError } from "../core/errors/problem.ts";
import { estimateRun } from "../core/planner/estimate.ts";
import { usd } from "../core/report/format.ts";
import type { RunPayload } from "../core/workflow/payload.ts";
import type { Decision } from "../core/workflow/records/measurement.ts";
import type { PlanRecord } from "../core/workflow/records/plan.ts";
import type { TrainingProfile } from "../core/workflow/records/training.ts";
import { nodesOf } from "./gpu-task.ts";
import { clockOf } from "./run-clock.ts";
import { readRunJob } from "./run-job.ts";
import { readUsage, stepsOf } from "./run-usage.ts";
import type { Services } from "./services.ts";

/** Where money is promised and something has a price. */
function promised({ budget, target }: PlanRecord, { billed }: Services) {
  const { spend_usd } = budget;
  if (spend_usd === undefined || billed === undefined || !isCloudTarget(target.device)) return undefined;
  return { spend_usd, region: billed.region };
}

/** Throws Spend where the run is predicted to cost more than was promised. */
export function holdPrediction(plan: PlanRecord, profile: TrainingProfile, services: Services): void {
  const promise = promised(plan, services);
  if (promise === undefined) return;
  const basis = pricesIn(promise.region);
  const task_device = taskDeviceOf(services.task_machine.cpu_model, nodesOf(plan, services));
  const prediction = { target: plan.target.device, task_device, basis, spot_discount: 0 };
  const predicted = predictCost(estimateRun(plan, profile), prediction).usd;
  if (predicted === null || predicted <= promise.spend_usd) return;
  const message = `Expected the run to cost at most ${usd(promise.spend_usd)}, but with one rung of candidates it is predicted to cost up to ${usd(predicted)} on ${task_device} (${describeBasis(basis)}). Promise more (budget: spend), or less time (budget: time), which the training is fitted into.`;
  throw new DecantError("Spend", [{ message, where: "/budget/spend" }]);
}

export interface MoneyLeft {
  /** Spent already is all that was promised, or more. */
  readonly used_up: boolean;
  /** Whether `seconds` more of training would stay within the promise. */
  allows(seconds: number): boolean;
}

const NO_LIMIT: MoneyLeft = { used_up: false, allows: () => true };

export async function moneyLeft(
  payload: RunPayload,
  plan: PlanRecord,
  previous: Decision | undefined,
  services: Services,
): Promise<MoneyLeft> {
  const promise = promised(plan, services);
  const clock = promise && clockOf(await readRunJob(services, payload.run));
  if (promise === undefined || clock === undefined) return NO_LIMIT;
  const usage = await readUsage(services.store, stepsOf(payload, previous), clock.started_ms);
  const spent = spentUsd(usage, payload.proposal?.rung ?? 0, promise.region);
  // A device without a price can't be counted: the report says that this promise was not measured.
  if (spent === null) return NO_LIMIT;
  const device = taskDeviceOf(services.task_machine.cpu_model, nodesOf(plan, services));
  return {
    used_up: spent >= promise.spend_usd,
    allows: (seconds) => spent + (trainingUsd(seconds, device, promise.region) ?? 0) <= promise.spend_usd,
  };
}
