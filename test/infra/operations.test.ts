// Alarms tell of what needs a person, and of nothing else; each names the paragraph that says what to do.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { App, Stack } from "aws-cdk-lib";
import { Match, Template } from "aws-cdk-lib/assertions";
import { Queue } from "aws-cdk-lib/aws-sqs";
import { describe, expect, it } from "vitest";
import { allStates, WORKFLOW } from "../../core/workflow/document.ts";
import { METRICS, OUTCOME_ERRORS } from "../../core/workflow/metric-names.ts";
import { ALARM_TEXTS } from "../../infra/operations/alarms.ts";
import { Operations } from "../../infra/operations.ts";
import { projectRoot } from "../architecture/source-files.ts";

const stack = new Stack(new App(), "Test");
new Operations(stack, "Operations", {
  state_machine_arn: "arn:aws:states:eu-west-1:111111111111:stateMachine:workflow",
  record_failure_function: "record-failure",
  report_log_groups: ["report-log"],
  dead_letter_queues: [new Queue(stack, "Letters")],
  job_queue_arns: ["arn:aws:batch:eu-west-1:111111111111:job-queue/tasks"],
  alarm_email: "team@example.org",
  log_days: 90,
});
const template = Template.fromStack(stack);
const page = readFileSync(join(projectRoot, "docs/operations.md"), "utf8");
const alarms = Object.values(template.findResources("AWS::CloudWatch::Alarm")).map(({ Properties }) => Properties);

/** As GitHub makes an anchor of a heading. */
const anchors = [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
  (heading ?? "")
    .toLowerCase()
    .replace(/[^\w\- ]/g, "")
    .replaceAll(" ", "-"),
);

describe("every alarm", () => {
  it.each(alarms.map((alarm) => [alarm.AlarmDescription as string, alarm] as const))(
    "tells the topic: %s",
    (_, alarm) => {
      expect(alarm.AlarmActions).toHaveLength(1);
      expect(alarm.TreatMissingData).toBe("notBreaching"); // no data means nothing happened
    },
  );

  it.each(Object.values(ALARM_TEXTS))("has its paragraph in docs/operations.md: $anchor", ({ anchor }) => {
    expect(anchors).toContain(anchor);
    expect(alarms.map(({ AlarmDescription }) => AlarmDescription)).toContainEqual(
      expect.stringMatching(new RegExp(`docs/operations\\.md#${anchor}$`)),
    );
  });
});

describe("the alarm about failed runs", () => {
  const failed = alarms.find(({ AlarmDescription }) => AlarmDescription.includes("alarm-failed-run"));
  const metrics = ((failed?.Metrics ?? []) as { MetricStat?: { Metric: { MetricName: string } } }[]).flatMap(
    ({ MetricStat }) => MetricStat?.Metric.MetricName ?? [],
  );

  it("counts recorded failures, failures to record, and runs over their limit", () => {
    expect(metrics.sort()).toEqual(["Errors", "ExecutionsTimedOut", METRICS.failed_runs].sort());
  });

  it("doesn't count Fail states, of which two are outcomes", () => {
    expect(metrics).not.toContain("ExecutionsFailed");
    const names = Object.values(allStates(WORKFLOW)).flatMap((state) =>
      state.Type === "Fail" && state.Error !== undefined ? [state.Error] : [],
    );
    expect(names.filter((name) => !OUTCOME_ERRORS.includes(name))).toEqual([]);
  });
});

it("the alarm about capacity follows events of these queues only, which are kept in a log", () => {
  template.hasResourceProperties("AWS::Events::Rule", {
    EventPattern: {
      source: ["aws.batch"],
      "detail-type": ["Batch Job Queue Blocked"],
      detail: { jobQueue: ["arn:aws:batch:eu-west-1:111111111111:job-queue/tasks"] },
    },
    Targets: [Match.objectLike({ Arn: Match.anyValue() })],
  });
  template.hasResourceProperties("AWS::Logs::LogGroup", {
    LogGroupName: Match.stringLikeRegexp("^/aws/events/"),
    RetentionInDays: 90,
  });
});

it("the topic takes alarms of this account only, and only over TLS", () => {
  template.hasResourceProperties("AWS::SNS::TopicPolicy", {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }),
        Match.objectLike({
          Principal: { Service: "cloudwatch.amazonaws.com" },
          Condition: { StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } } },
        }),
      ]),
    },
  });
  template.hasResourceProperties("AWS::SNS::Subscription", { Protocol: "email", Endpoint: "team@example.org" });
});

it("the dashboard shows runs, duration, spend by run, and the champions' accuracy and size", () => {
  const [dashboard] = Object.values(template.findResources("AWS::CloudWatch::Dashboard"));
  const text = JSON.stringify(dashboard?.Properties.DashboardBody);
  for (const name of Object.values(METRICS).filter(
    (metric) => metric !== METRICS.over_budget_runs && metric !== METRICS.run_seconds,
  ))
    expect(text).toContain(name);
  for (const title of ["Duration of runs", "Spend by run", "Top-1 of champions", "Bytes of champions"])
    expect(text).toContain(title);
});
