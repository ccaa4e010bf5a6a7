// Which functions measure a job's target in the cloud. Quantize, Measure and Certify exist once for each of these devices.
import type { Problem } from "../errors/problem.ts";

interface TargetFunction {
  readonly device: string;
  /** Stands in a substitution's name, e.g. QuantizeArm64FunctionArn. */
  readonly suffix: string;
  /** As Node names it. */
  readonly architecture: "x64" | "arm64";
}

/** A payload's `target_function` is a place in this list. */
export const TARGET_FUNCTIONS: readonly TargetFunction[] = [
  { device: "lambda-x86-64", suffix: "X8664", architecture: "x64" },
  { device: "lambda-arm64", suffix: "Arm64", architecture: "arm64" },
];

/** The `target_function` of a job's `target.device`, or what is wrong with that device in the cloud. */
export function targetFunctionOf(device: string): { readonly index: 0 | 1 } | { readonly problem: Problem } {
  const index = TARGET_FUNCTIONS.findIndex((each) => each.device === device);
  if (index === 0 || index === 1) return { index };
  const devices = TARGET_FUNCTIONS.map((each) => each.device).join(" or ");
  const why = device === "this-machine" ? ", which is only where the workflow runs on one machine" : "";
  return {
    problem: {
      message: `In the cloud, expected ${devices} as target device, got ${device}${why}.`,
      where: "/target/device",
    },
  };
}
