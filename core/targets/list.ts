// Every target, in alphabetical order of its key. A new one: its file, and a line here and in schemas/job.schema.json.
import { lambdaArm64 } from "./lambda-arm64.ts";
import { lambdaX8664 } from "./lambda-x86-64.ts";
import type { Target } from "./target.ts";
import { thisMachine } from "./this-machine.ts";

export const TARGETS: readonly Target[] = [lambdaArm64, lambdaX8664, thisMachine];

export function targetOf(device: string): Target | undefined {
  return TARGETS.find(({ key }) => key === device);
}
