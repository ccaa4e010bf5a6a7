// Which functions measure a job's target in the cloud. TimeLayers, Quantize, Measure and Certify exist once for each of these devices.

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

/** A measuring function has the memory that gives it one vCPU. */
export const TARGET_THREADS_MAX = 1;

/** The `target_function` of a job's `target.device`; undefined where no function measures that device. */
export function targetFunctionOf(device: string): 0 | 1 | undefined {
  const index = TARGET_FUNCTIONS.findIndex((each) => each.device === device);
  return index === 0 || index === 1 ? index : undefined;
}
