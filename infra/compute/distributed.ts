// Training over several machines: a multi-node parallel job. Each node runs the image's own command, which reads who it is
// from what Batch tells it (gpu-tasks/decant_tasks/distributed/batch_nodes.py). No torchrun: it would end every failure
// with exit code 1, and Batch tells by the task's own code whether another attempt is worth it.
import { type CfnJobDefinition, MultiNodeJobDefinition } from "aws-cdk-lib/aws-batch";
import { InstanceType } from "aws-cdk-lib/aws-ec2";
import { Duration } from "aws-cdk-lib/core";
import type { Construct } from "constructs";
import { ALL_NODES } from "../../core/workflow/state/training-nodes.ts";
import { TIMEOUT_TRAIN_SECONDS } from "../../core/workflow/timeouts.ts";
import { gpuContainer, type TaskParts } from "./container.ts";
import { NODE_INSTANCE_TYPE } from "./environments.ts";
import { ATTEMPTS, RETRIES } from "./retry.ts";

/** Where a job doesn't say how many; the workflow's say. */
const NODES = 2;

/** The definition's ARN. */
export function distributedDefinition(scope: Construct, id: string, parts: TaskParts): string {
  const container = gpuContainer(scope, `${id}Container`, parts);
  const definition = new MultiNodeJobDefinition(scope, id, {
    instanceType: new InstanceType(NODE_INSTANCE_TYPE),
    mainNode: 0,
    containers: [{ startNode: 0, endNode: NODES - 1, container }],
    retryAttempts: ATTEMPTS,
    retryStrategies: [...RETRIES.nodes],
    timeout: Duration.seconds(TIMEOUT_TRAIN_SECONDS),
    propagateTags: true,
  });
  // Open above, or a job could not say how many nodes it has: https://docs.aws.amazon.com/batch/latest/APIReference/API_NodeOverrides.html
  const resource = definition.node.defaultChild as CfnJobDefinition;
  resource.addPropertyOverride("NodeProperties.NodeRangeProperties.0.TargetNodes", ALL_NODES);
  return definition.jobDefinitionArn;
}
