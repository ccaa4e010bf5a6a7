// Whether the money promised is used up, or would be by what comes next. Counted at list prices on demand, on the dearest
// machine that a queue may start: a promise of money is not kept by hoping for spot.
import { priceOf, severalOf } from "./billed-device.ts";
import { MACHINE_START_S, transitionsOf } from "./predict.ts";
import { pricesIn } from "./prices.ts";
import { costOfRun } from "./run-cost.ts";
import { DEAREST_GPU_MACHINE, FARGATE_TASK } from "./step-devices.ts";
import type { RunStepUsage } from "./usage.ts";

/** What GPU tasks run on at the most, by what deployment says of their machine (TASK_MACHINE). */
export function taskDeviceOf(task_machine: string, nodes: number): string {
  return /\bfargate\b/i.test(task_machine) ? FARGATE_TASK : severalOf(nodes, DEAREST_GPU_MACHINE);
}

/** USD that the run's own steps have cost so far; null where one of their devices has no price. */
export function spentUsd(usage: readonly RunStepUsage[], rungs: number, region: string): number | null {
  const steps = usage.filter(({ kept }) => !kept);
  const measured = usage.filter(({ step }) => step === "measure").length;
  const transitions = transitionsOf(rungs, measured);
  return costOfRun({ steps, basis: pricesIn(region), spot_discount: 0, transitions }).usd;
}

/** USD of `seconds` of training on a machine that has to start first; null for a device without a price. */
export function trainingUsd(seconds: number, device: string, region: string): number | null {
  const price = priceOf(device, pricesIn(region));
  return price === undefined ? null : (seconds + MACHINE_START_S) * price.usd_per_second;
}
