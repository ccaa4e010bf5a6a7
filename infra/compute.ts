// Where GPU tasks run: AWS Batch queues that stand empty at no cost, and the job definitions that the workflow submits.
import {
  JobStateTimeLimitActionsAction as Action,
  EcsJobDefinition,
  type IManagedComputeEnvironment,
  JobQueue,
  type JobStateTimeLimitAction,
  JobStateTimeLimitActionsReason as Reason,
} from "aws-cdk-lib/aws-batch";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { Duration, RemovalPolicy } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { TIMEOUT_TRAIN_SECONDS } from "../core/workflow/timeouts.ts";
import { fargateContainer, gpuContainer, type TaskParts } from "./compute/container.ts";
import { distributedDefinition } from "./compute/distributed.ts";
import { fargateEnvironments, gpuEnvironments, nodeEnvironment } from "./compute/environments.ts";
import type { ComputeProps } from "./compute/props.ts";
import { ATTEMPTS, RETRIES } from "./compute/retry.ts";
import { executionRole, taskRole } from "./compute/roles.ts";
import { retention } from "./retention.ts";

/** A job that can never be placed is told at once; a lack of machines is waited out for a day, with an alarm. */
const STUCK: readonly JobStateTimeLimitAction[] = [
  { action: Action.CANCEL, reason: Reason.COMPUTE_ENVIRONMENT_MAX_RESOURCE, maxTime: Duration.minutes(10) },
  { action: Action.CANCEL, reason: Reason.JOB_RESOURCE_REQUIREMENT, maxTime: Duration.minutes(10) },
  { action: Action.CANCEL, reason: Reason.INSUFFICIENT_INSTANCE_CAPACITY, maxTime: Duration.hours(24) },
];

export class Compute extends Construct {
  readonly queue: JobQueue;
  readonly definition: EcsJobDefinition;
  /** Several nodes, one GPU each; undefined on Fargate, which has no multi-node jobs. */
  readonly distributed: { readonly queue: JobQueue; readonly definitionArn: string } | undefined;
  readonly logGroup: LogGroup;
  /** Every queue that jobs may wait in. */
  readonly queues: readonly JobQueue[];

  constructor(scope: Construct, id: string, props: ComputeProps) {
    super(scope, id);
    this.logGroup = new LogGroup(this, "Tasks", {
      retention: retention(props.log_days),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const parts: TaskParts = {
      image: props.image,
      logGroup: this.logGroup,
      jobRole: taskRole(this, props),
      executionRole: executionRole(this, props.pull),
      publicAddress: props.network.kind === "public",
    };
    const gpu = props.kind === "gpu";
    this.queue = queueOf(this, "Queue", (gpu ? gpuEnvironments : fargateEnvironments)(this, props));
    this.definition = new EcsJobDefinition(this, "Definition", {
      container: gpu ? gpuContainer(this, "Container", parts) : fargateContainer(this, "Container", parts),
      retryAttempts: ATTEMPTS,
      retryStrategies: [...RETRIES[props.kind]],
      timeout: Duration.seconds(TIMEOUT_TRAIN_SECONDS),
      propagateTags: true,
    });
    this.distributed = gpu
      ? {
          queue: queueOf(this, "NodeQueue", [nodeEnvironment(this, props)]),
          definitionArn: distributedDefinition(this, "Nodes", parts),
        }
      : undefined;
    this.queues = [this.queue, ...(this.distributed ? [this.distributed.queue] : [])];
  }
}

function queueOf(scope: Construct, id: string, environments: readonly IManagedComputeEnvironment[]): JobQueue {
  return new JobQueue(scope, id, {
    computeEnvironments: environments.map((computeEnvironment, order) => ({ computeEnvironment, order: order + 1 })),
    jobStateTimeLimitActions: [...STUCK],
  });
}
