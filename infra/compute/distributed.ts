// Training over several machines: a multi-node parallel job in which every node runs torchrun, and the first one is met by
// the others under the address that Batch tells them.
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
const PORT = 29_400;

/** The main node isn't told its own address: https://docs.aws.amazon.com/batch/latest/userguide/multi-node-parallel-jobs.html */
export const TORCHRUN = [
  "python",
  "-m",
  "torch.distributed.run",
  "--nnodes=$AWS_BATCH_JOB_NUM_NODES",
  "--node_rank=$AWS_BATCH_JOB_NODE_INDEX",
  "--nproc_per_node=1",
  `--master_addr=\${AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS:-$(hostname -i)}`,
  `--master_port=${PORT}`,
  "-m decant_tasks",
].join(" ");

/** The definition's ARN. */
export function distributedDefinition(scope: Construct, id: string, parts: TaskParts): string {
  const container = gpuContainer(scope, `${id}Container`, parts, ["sh", "-c", `exec ${TORCHRUN}`]);
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
