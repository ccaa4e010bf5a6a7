// The alarms. Each says what happened and names its paragraph in docs/operations.md, where it says what to do.
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  Stats,
  TreatMissingData,
} from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import { Duration } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { METRIC_NAMESPACE, METRICS } from "../../core/workflow/metric-names.ts";
import type { OperationsProps } from "./props.ts";

export const PERIOD = Duration.minutes(5);

/** Alarm by construct id: what is said, and the anchor of its paragraph. */
export const ALARM_TEXTS = {
  FailedRun: { says: "A run ended in an error", anchor: "alarm-failed-run" },
  OverBudget: { says: "A run took more time or money than its job promised", anchor: "alarm-over-budget" },
  DeadLetters: { says: "The starter could not start a run", anchor: "alarm-dead-letters" },
  MissingCapacity: { says: "Jobs wait for machines that don't come", anchor: "alarm-missing-capacity" },
} as const;

export interface AlarmsProps extends OperationsProps {
  readonly topic: ITopic;
  readonly blocked_rule: string;
}

export class Alarms extends Construct {
  readonly all: readonly Alarm[];

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const action = new SnsAction(props.topic);
    const metrics: Record<keyof typeof ALARM_TEXTS, IMetric> = {
      FailedRun: failedRuns(props),
      OverBudget: sum(METRIC_NAMESPACE, METRICS.over_budget_runs),
      DeadLetters: waitingLetters(props),
      MissingCapacity: sum("AWS/Events", "Invocations", { RuleName: props.blocked_rule }),
    };
    this.all = Object.entries(ALARM_TEXTS).map(([name, { says, anchor }]) => {
      const alarm = new Alarm(this, name, {
        metric: metrics[name as keyof typeof ALARM_TEXTS],
        alarmDescription: `${says}: see docs/operations.md#${anchor}`,
        threshold: 0,
        comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
        evaluationPeriods: 1,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
      alarm.addAlarmAction(action);
      return alarm;
    });
  }
}

/**
 * Not ExecutionsFailed: infeasible and stopped runs end in Fail states too, and they are outcomes. RecordFailure counts what
 * is an error; where it fails itself, or where a run outlives its limit, the services' own counts tell.
 */
function failedRuns({ state_machine_arn, record_failure_function }: OperationsProps): IMetric {
  return new MathExpression({
    label: "Runs that ended in an error",
    expression: "FILL(recorded, 0) + FILL(unrecorded, 0) + FILL(overdue, 0)",
    usingMetrics: {
      recorded: sum(METRIC_NAMESPACE, METRICS.failed_runs),
      unrecorded: sum("AWS/Lambda", "Errors", { FunctionName: record_failure_function }),
      overdue: sum("AWS/States", "ExecutionsTimedOut", { StateMachineArn: state_machine_arn }),
    },
    period: PERIOD,
  });
}

function waitingLetters({ dead_letter_queues }: OperationsProps): IMetric {
  const queues = dead_letter_queues.map((queue) =>
    queue.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM, period: PERIOD }),
  );
  const usingMetrics = Object.fromEntries(queues.map((metric, i) => [`queue${i + 1}`, metric]));
  const terms = Object.keys(usingMetrics).map((name) => `FILL(${name}, 0)`);
  return new MathExpression({ label: "Messages", expression: terms.join(" + "), usingMetrics, period: PERIOD });
}

export function sum(namespace: string, metricName: string, dimensionsMap: Record<string, string> = {}): Metric {
  return new Metric({ namespace, metricName, dimensionsMap, statistic: Stats.SUM, period: PERIOD });
}
