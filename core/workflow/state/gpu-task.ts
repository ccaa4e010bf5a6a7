// The three states of a GPU task: a key Lambda looks for the finished output, a Choice skips what is done, and only then
// a Batch job waits for a machine. So an unchanged run never waits for a GPU.
import type { Catcher, States, TaskState } from "../asl.ts";
import { RETRY_BATCH_SERVICE } from "../retry-policies.ts";
import { TIMEOUT_DECIDE_SECONDS, TIMEOUT_TRAIN_SECONDS } from "../timeouts.ts";
import { arnPlaceholder, lambdaTask } from "./lambda-task.ts";

export interface GpuTask {
  readonly name: string;
  readonly comment: string;
  /** Payload field of its TaskPointer. */
  readonly under: string;
  readonly catchers: readonly Catcher[];
  readonly next: string;
}

export function gpuTask(task: GpuTask): States {
  const { name, under, catchers, next } = task;
  return {
    [`${name}Key`]: lambdaTask({
      name: `${name}Key`,
      comment: `The key of ${name}'s output, and whether it is there already.`,
      keeps: ["step", "key", "done", "input", "output", "deadline_ms"],
      under,
      timeoutSeconds: TIMEOUT_DECIDE_SECONDS,
      catchers,
      next: `${name}Done?`,
    }),
    [`${name}Done?`]: {
      Type: "Choice",
      Comment: "Skips what an earlier run finished.",
      Choices: [{ Variable: `$.${under}.done`, BooleanEquals: true, Next: next }],
      Default: name,
    },
    [name]: batchTask(task),
  };
}

function batchTask({ name, comment, under, catchers, next }: GpuTask): TaskState {
  const environment = { INPUT: "input", OUTPUT: "output", DEADLINE_MS: "deadline_ms" };
  return {
    Type: "Task",
    Comment: comment,
    Resource: "arn:aws:states:::batch:submitJob.sync",
    Parameters: {
      JobName: `decant-${name}`,
      JobQueue: arnPlaceholder("TaskQueue"),
      JobDefinition: arnPlaceholder("TaskDefinition"),
      ContainerOverrides: {
        Environment: Object.entries(environment).map(([Name, field]) => ({ Name, "Value.$": `$.${under}.${field}` })),
      },
    },
    ResultPath: null, // the pointer from the key Lambda is all that later states need
    TimeoutSeconds: TIMEOUT_TRAIN_SECONDS,
    Retry: [RETRY_BATCH_SERVICE],
    Catch: catchers,
    Next: next,
  };
}
