// A GPU task on several machines: a multi-node job, asked for its end every ten minutes. Step Functions' own integration of
// Batch, which waits by itself, takes no NodeOverrides; its call of any AWS API takes everything, but waits for nothing.
// https://docs.aws.amazon.com/step-functions/latest/dg/connect-batch.html
import type { Catcher, States } from "../asl.ts";
import { RETRY_BATCH_SERVICE } from "../retry-policies.ts";
import { TIMEOUT_DECIDE_SECONDS } from "../timeouts.ts";
import { arnPlaceholder } from "./lambda-task.ts";

/** A round is 9 of the 25,000 events that a run's history may hold, and four candidates at once share it: the two days that
 * each may take are 10,000. */
const POLL_SECONDS = 600;
/** Every node, however many the job has: the job definition has one open range, too. */
export const ALL_NODES = "0:";
const SUBMITTED = "$.submitted";

export interface NodesTask {
  readonly name: string;
  /** Payload field of its TaskPointer, whose `nodes` are how many machines train. */
  readonly under: string;
  readonly environment: readonly Readonly<Record<string, string>>[];
  readonly catchers: readonly Catcher[];
  readonly next: string;
}

export function nodesStates({ name, under, environment, catchers, next }: NodesTask): States {
  const called = { Type: "Task", TimeoutSeconds: TIMEOUT_DECIDE_SECONDS, Retry: [RETRY_BATCH_SERVICE] } as const;
  return {
    [`${name}Nodes`]: {
      ...called,
      Comment: `${name} on several machines that train as one.`,
      Resource: "arn:aws:states:::aws-sdk:batch:submitJob",
      Parameters: {
        JobName: `decant-${name}-nodes`,
        JobQueue: arnPlaceholder("NodeQueue"),
        JobDefinition: arnPlaceholder("NodeDefinition"),
        NodeOverrides: {
          "NumNodes.$": `$.${under}.nodes`,
          NodePropertyOverrides: [{ TargetNodes: ALL_NODES, ContainerOverrides: { Environment: environment } }],
        },
      },
      ResultSelector: { "job.$": "$.JobId" },
      ResultPath: SUBMITTED,
      Catch: catchers,
      Next: `${name}NodesWait`,
    },
    [`${name}NodesWait`]: {
      Type: "Wait",
      Comment: "Machines have to start, and training takes its time.",
      Seconds: POLL_SECONDS,
      Next: `${name}NodesStatus`,
    },
    [`${name}NodesStatus`]: {
      ...called,
      Comment: "Where the job of all machines stands.",
      Resource: "arn:aws:states:::aws-sdk:batch:describeJobs",
      Parameters: { "Jobs.$": `States.Array(${SUBMITTED}.job)` },
      ResultSelector: { "job.$": firstJobs("JobId"), "status.$": firstJobs("Status") },
      ResultPath: SUBMITTED,
      Catch: catchers,
      Next: `${name}NodesEnded?`,
    },
    [`${name}NodesEnded?`]: {
      Type: "Choice",
      Comment: "Batch itself tries again what is worth it, so a failed job has failed for good.",
      Choices: [
        { Variable: `${SUBMITTED}.status`, StringEquals: "SUCCEEDED", Next: next },
        { Variable: `${SUBMITTED}.status`, StringEquals: "FAILED", Next: `${name}NodesBroke` },
      ],
      Default: `${name}NodesWait`,
    },
    [`${name}NodesBroke`]: {
      Type: "Pass",
      Comment: "As a job of one machine fails.",
      Parameters: { Error: "States.TaskFailed", "Cause.$": `States.Format('Batch job {} failed', ${SUBMITTED}.job)` },
      ResultPath: "$.error",
      Next: `${name}Failed`,
    },
  };
}

/** Of the one job that was asked for. A star, since interpreters differ in what `$.Jobs[0]` is: an item, or a list of it. */
function firstJobs(field: string): string {
  return `States.ArrayGetItem($.Jobs[*].${field}, 0)`;
}
