// Who the machine, the container's start and the task itself are to AWS. The task reads what finished steps left and the
// inbox, and writes under the steps of its own three kinds only.

import { type IRole, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Stack } from "aws-cdk-lib/core";
import type { Construct } from "constructs";
import type { ComputeProps } from "./props.ts";

/** Steps that Python tasks write. */
export const TASK_STEPS = ["profile", "fine-tune", "compress"] as const;
/** Of a step, what a task removes once it is done: checkpoints, and records of failures that no longer count. */
export const TASK_LEFTOVERS = ["*/checkpoint/*", "*/failed-*.json"] as const;

export function taskRole(
  scope: Construct,
  { inbox, artifact, data_buckets }: Pick<ComputeProps, "inbox" | "artifact" | "data_buckets">,
): Role {
  const role = new Role(scope, "TaskRole", {
    assumedBy: ecsTasks(scope),
    description: "GPU tasks: read finished steps and the inbox, write profile, fine-tune and compress",
  });
  role.addToPolicy(
    new PolicyStatement({
      sid: "ReadSteps",
      actions: ["s3:GetObject"],
      resources: [
        artifact.arnForObjects("steps/*"),
        inbox.arnForObjects("*"),
        ...data_buckets.map((name) => `arn:${Stack.of(scope).partition}:s3:::${name}/*`),
      ],
    }),
  );
  role.addToPolicy(
    new PolicyStatement({
      sid: "WriteOwnSteps",
      actions: ["s3:AbortMultipartUpload", "s3:PutObject"],
      resources: TASK_STEPS.map((step) => artifact.arnForObjects(`steps/${step}/*`)),
    }),
  );
  role.addToPolicy(
    new PolicyStatement({
      sid: "RemoveOwnLeftovers",
      actions: ["s3:DeleteObject"],
      resources: TASK_STEPS.flatMap((step) =>
        TASK_LEFTOVERS.map((leftover) => artifact.arnForObjects(`steps/${step}/${leftover}`)),
      ),
    }),
  );
  role.addToPolicy(
    new PolicyStatement({
      // An absent done.json is told from a forbidden one only where listing is allowed, and not only under a prefix:
      // who gets an object names no prefix, so a condition on it would not hold.
      sid: "ListSteps",
      actions: ["s3:ListBucket"],
      resources: [artifact.bucketArn],
    }),
  );
  return role;
}

/** Pulls the image and opens the log stream, before any code of the image runs. */
export function executionRole(scope: Construct, pull: readonly PolicyStatement[]): Role {
  const role = new Role(scope, "ExecutionRole", {
    assumedBy: ecsTasks(scope),
    description: "Starting a GPU task's container: pull its image, write its log",
  });
  for (const statement of pull) role.addToPolicy(statement);
  return role;
}

/** What the ECS agent of a machine needs to join the cluster that Batch made for it, and no more. */
export function instanceRole(scope: Construct): IRole {
  const existing = scope.node.tryFindChild("InstanceRole") as Role | undefined;
  if (existing) return existing;
  const { partition, region, account } = Stack.of(scope);
  const ecs = `arn:${partition}:ecs:${region}:${account}`;
  const role = new Role(scope, "InstanceRole", {
    assumedBy: new ServicePrincipal("ec2.amazonaws.com"),
    description: "The ECS agent of a GPU machine",
  });
  role.addToPolicy(
    new PolicyStatement({
      sid: "JoinCluster", // Batch names its clusters itself, so they are known by kind only
      actions: [
        "ecs:DeregisterContainerInstance",
        "ecs:RegisterContainerInstance",
        "ecs:SubmitAttachmentStateChanges",
        "ecs:SubmitContainerStateChange",
        "ecs:SubmitTaskStateChange",
      ],
      resources: [`${ecs}:cluster/AWSBatch*`],
    }),
  );
  role.addToPolicy(
    new PolicyStatement({
      sid: "WorkForCluster",
      actions: ["ecs:Poll", "ecs:StartTelemetrySession", "ecs:UpdateContainerInstancesState"],
      resources: [`${ecs}:container-instance/AWSBatch*`],
    }),
  );
  role.addToPolicy(
    new PolicyStatement({
      sid: "NoResourceLevel",
      actions: ["ec2:DescribeTags", "ecs:DiscoverPollEndpoint", "ecr:GetAuthorizationToken"],
      resources: ["*"],
    }),
  );
  return role;
}

/** Only for jobs of this account: a service can't be talked into using the role for somebody else's. */
function ecsTasks(scope: Construct): ServicePrincipal {
  return new ServicePrincipal("ecs-tasks.amazonaws.com", {
    conditions: { StringEquals: { "aws:SourceAccount": Stack.of(scope).account } },
  });
}
