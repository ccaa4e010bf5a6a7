// Who is told when something needs a person, and the page that shows how the service is doing.
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { Alarms } from "./operations/alarms.ts";
import { capacityEvents } from "./operations/capacity-events.ts";
import { buildDashboard } from "./operations/dashboard.ts";
import { alarmTopic } from "./operations/topic.ts";

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

export class Operations extends Construct {
  readonly alarms: Alarms;

  constructor(scope: Construct, id: string, props: OperationsProps) {
    super(scope, id);
    const topic = alarmTopic(this, props.alarm_email);
    const blocked = capacityEvents(this, props.job_queue_arns, props.log_days);
    this.alarms = new Alarms(this, "Alarms", { ...props, topic, blocked_rule: blocked.ruleName });
    buildDashboard(this, props, this.alarms.all);
  }
}
