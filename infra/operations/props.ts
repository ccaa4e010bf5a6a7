// What alarms and dashboard look at.
import type { IQueue } from "aws-cdk-lib/aws-sqs";

export interface OperationsProps {
  readonly state_machine_arn: string;
  /** Of the function that writes failures down: where it fails itself, nobody else tells. */
  readonly record_failure_function: string;
  /** Log groups of the functions that say what a run cost. */
  readonly report_log_groups: readonly string[];
  readonly dead_letter_queues: readonly IQueue[];
  readonly job_queue_arns: readonly string[];
  readonly alarm_email: string | undefined;
  readonly log_days: number;
}
