// What a target is: a device that a job names, how many threads it gives, and whether it can be measured from here.
import type { MachineFacts } from "../workflow/records/measurement.ts";

export type Measurable = { readonly measurable: true } | { readonly measurable: false; readonly reason: string };

/** What a Lambda function's MachineFacts.os begins with. */
export const LAMBDA_OS = "AWS Lambda";

export interface Target {
  /** The name in a job's `target.device`; the file's name. */
  readonly key: string;
  readonly description: string;
  /** Machine architectures, as Node names them, that this device may have; null: any. */
  readonly architectures: readonly string[] | null;
  readonly threads_max: number | null;
  /** Whether a latency taken on `machine` is one of this device. */
  measurableOn(machine: MachineFacts): Measurable;
}
