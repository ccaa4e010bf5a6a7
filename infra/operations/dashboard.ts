// One page: alarms, runs, how long they take, what they cost, and how good and small the champions are.
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IWidget,
  LogQueryVisualizationType,
  LogQueryWidget,
  MathExpression,
  Metric,
} from "aws-cdk-lib/aws-cloudwatch";
import { Duration } from "aws-cdk-lib/core";
import type { Construct } from "constructs";
import { JOB_DIMENSION, METRIC_NAMESPACE, METRICS } from "../../core/workflow/metric-names.ts";
import type { OperationsProps } from "./props.ts";

const DAY = Duration.days(1);
const WIDTH = 12;

export function buildDashboard(scope: Construct, props: OperationsProps, alarms: readonly Alarm[]): Dashboard {
  return new Dashboard(scope, "Dashboard", {
    defaultInterval: Duration.days(30),
    widgets: [
      [new AlarmStatusWidget({ title: "Alarms", alarms: [...alarms], width: 2 * WIDTH })],
      [runs(), duration(props)],
      [spend(), spendByRun(props)],
      [
        champions("Top-1 of champions, %", METRICS.champion_top1),
        champions("Bytes of champions", METRICS.champion_bytes),
      ],
    ],
  });
}

function runs(): IWidget {
  const { kept_runs, infeasible_runs, stopped_runs, failed_runs, refused_jobs } = METRICS;
  return new GraphWidget({
    title: "Runs a day, by how they ended",
    width: WIDTH,
    stacked: true,
    left: [kept_runs, infeasible_runs, stopped_runs, failed_runs, refused_jobs].map((name) => own(name, "Sum")),
  });
}

function duration({ state_machine_arn }: OperationsProps): IWidget {
  const time = (statistic: string) =>
    new Metric({
      namespace: "AWS/States",
      metricName: "ExecutionTime",
      dimensionsMap: { StateMachineArn: state_machine_arn },
      statistic,
      period: DAY,
      label: `ms from start to end, ${statistic}`,
    });
  return new GraphWidget({ title: "Duration of runs", width: WIDTH, left: [time("p50"), time("Maximum")] });
}

function spend(): IWidget {
  return new GraphWidget({ title: "Spend a day, USD", width: WIDTH, left: [own(METRICS.run_usd, "Sum")] });
}

function spendByRun({ report_log_groups }: OperationsProps): IWidget {
  return new LogQueryWidget({
    title: "Spend by run",
    width: WIDTH,
    view: LogQueryVisualizationType.TABLE,
    logGroupNames: [...report_log_groups],
    queryLines: [
      `filter ispresent(${METRICS.run_usd})`,
      `display @timestamp, run, job, outcome, seconds, ${METRICS.run_usd}`,
      "sort @timestamp desc",
      "limit 50",
    ],
  });
}

function champions(title: string, name: string): IWidget {
  const search = `SEARCH('{${METRIC_NAMESPACE},${JOB_DIMENSION}} MetricName="${name}"', 'Maximum', ${DAY.toSeconds()})`;
  const metric = new MathExpression({ expression: search, usingMetrics: {}, label: "", period: DAY });
  return new GraphWidget({ title, width: WIDTH, left: [metric] });
}

function own(metricName: string, statistic: string): Metric {
  return new Metric({ namespace: METRIC_NAMESPACE, metricName, statistic, period: DAY });
}
