// Who is told when something needs a person, and the page that shows how the service is doing.
import { Construct } from "constructs";
import { Alarms } from "./operations/alarms.ts";
import { capacityEvents } from "./operations/capacity-events.ts";
import { buildDashboard } from "./operations/dashboard.ts";
import type { OperationsProps } from "./operations/props.ts";
import { alarmTopic } from "./operations/topic.ts";

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
