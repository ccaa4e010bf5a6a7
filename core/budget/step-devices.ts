// Which device each step runs on, for a job whose target is in the cloud: what a prediction is priced with.
import { OWN_MACHINE } from "./billed-device.ts";

/** Of the machines that GPU tasks may get, the dearest: a prediction with it is not overrun. */
export const DEAREST_GPU_MACHINE = "g5.2xlarge";
export const FARGATE_TASK = "fargate-4-16384-50";

const LAMBDA_DISK_MB = 10_240;

/** Steps of GPU tasks, which wait for a machine. */
export const GPU_STEPS: readonly string[] = ["profile", "fine-tune", "compress"];

/** Memory in MB of the function behind each step; infra/functions gives them. */
export const FUNCTION_MEMORY_MB: Readonly<Record<string, number>> = {
  certify: 1769,
  measure: 1769,
  "prepare-data": 3538,
  "prepare-shard": 3538,
  quantize: 1769,
  report: 1024,
  "time-layers": 1769,
};

const TARGET_ARCHITECTURES: Readonly<Record<string, "arm64" | "x64">> = {
  "lambda-arm64": "arm64",
  "lambda-x86-64": "x64",
};
const MEASURED_ON_TARGET: readonly string[] = ["certify", "measure", "quantize", "time-layers"];

/** @param taskDevice what GPU tasks run on, e.g. g5.xlarge */
export function deviceOfStep(step: string, target: string, taskDevice: string): string {
  const architecture = TARGET_ARCHITECTURES[target];
  if (architecture === undefined) return OWN_MACHINE;
  if (GPU_STEPS.includes(step)) return taskDevice;
  const kind = MEASURED_ON_TARGET.includes(step) ? architecture : "arm64";
  return `lambda-${kind}-${FUNCTION_MEMORY_MB[step] ?? 1024}-${LAMBDA_DISK_MB}`;
}

export function isCloudTarget(target: string): boolean {
  return TARGET_ARCHITECTURES[target] !== undefined;
}
