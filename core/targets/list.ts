// Every target, in alphabetical order of its key. A new one: its file, and a line here and in schemas/job.schema.json.

import type { MachineFacts } from "../workflow/records/measurement.ts";
import { lambdaArm64 } from "./lambda-arm64.ts";
import { lambdaX8664 } from "./lambda-x86-64.ts";
import type { Measurable, Target } from "./target.ts";
import { thisMachine } from "./this-machine.ts";

export const TARGETS: readonly Target[] = [lambdaArm64, lambdaX8664, thisMachine];

export function targetOf(device: string): Target | undefined {
  return TARGETS.find(({ key }) => key === device);
}

/** Whether a latency taken on `machine` is one of the device. */
export function measurableTarget(device: string, machine: MachineFacts): Measurable {
  const keys = TARGETS.map(({ key }) => key).join(", ");
  const unknown = { measurable: false, reason: `expected a target device of ${keys}, got ${device}` } as const;
  return targetOf(device)?.measurableOn(machine) ?? unknown;
}

/** The architecture that files for the device run on: its own, or the machine's where it may be any. */
export function targetArchitecture(device: string, machine: Pick<MachineFacts, "architecture">): string {
  return targetOf(device)?.architectures?.[0] ?? machine.architecture;
}
