// The log of calls that are made while the stack is deployed. Without a log group of the stack's own, Lambda makes one that
// outlives it.
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { RemovalPolicy, Stack } from "aws-cdk-lib/core";
import type { Construct } from "constructs";

const ID = "DeploymentLog";

/** One for the whole stack, since the construct library makes one function for all such calls. */
export function deploymentLog(scope: Construct): LogGroup {
  const stack = Stack.of(scope);
  const existing = stack.node.tryFindChild(ID) as LogGroup | undefined;
  return (
    existing ?? new LogGroup(stack, ID, { retention: RetentionDays.ONE_MONTH, removalPolicy: RemovalPolicy.DESTROY })
  );
}
