// Batch says when the first job of a queue can't get a machine: the event and its reason are kept in a log, and counted.
// https://docs.aws.amazon.com/batch/latest/userguide/batch-job-queue-blocked-events.html

import { Rule } from "aws-cdk-lib/aws-events";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { ArnFormat, RemovalPolicy, Stack } from "aws-cdk-lib/core";
import type { Construct } from "constructs";
import { retention } from "../retention.ts";

export function capacityEvents(scope: Construct, jobQueueArns: readonly string[], days: number): Rule {
  const { stackName } = Stack.of(scope);
  const logGroup = new LogGroup(scope, "BlockedJobs", {
    logGroupName: `/aws/events/${stackName}-blocked-jobs`, // events are delivered to names of this kind only
    retention: retention(days),
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const rule = new Rule(scope, "QueueBlocked", {
    description: "The first job of a queue waits for a machine that doesn't come",
    eventPattern: {
      source: ["aws.batch"],
      detailType: ["Batch Job Queue Blocked"],
      detail: { jobQueue: [...jobQueueArns] },
    },
  });
  logGroup.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal("events.amazonaws.com"), new ServicePrincipal("delivery.logs.amazonaws.com")],
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      resources: [logGroup.logGroupArn],
    }),
  );
  rule.addTarget({ bind: () => ({ arn: logGroupTarget(logGroup) }) });
  return rule;
}

/** A target's ARN has no ":*" at its end. */
function logGroupTarget(logGroup: LogGroup): string {
  return Stack.of(logGroup).formatArn({
    service: "logs",
    resource: "log-group",
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    resourceName: logGroup.logGroupName,
  });
}
