// The states of a GPU task: a key Lambda looks for the finished output, a Choice skips what is done, and only then a Batch
// job waits for a machine. So an unchanged run never waits for a GPU. A job that failed says no more than that it did: the
// last state finds out why.
import { ERROR_CODES } from "../../errors/error-code.ts";
import type { Catcher, States, TaskState } from "../asl.ts";
import { RETRY_BATCH_SERVICE } from "../retry-policies.ts";
import { TIMEOUT_DECIDE_SECONDS, TIMEOUT_TRAIN_SECONDS } from "../timeouts.ts";
import { arnPlaceholder, lambdaTask } from "./lambda-task.ts";
import { nodesStates } from "./training-nodes.ts";

export interface GpuTask {
  readonly name: string;
  readonly comment: string;
  /** Payload field of its TaskPointer. */
  readonly under: string;
  /** Its key Lambda also says on how many machines it runs. */
  readonly onNodes?: true;
  readonly catchers: readonly Catcher[];
  readonly next: string;
}

export function gpuTask(task: GpuTask): States {
  const { name, under, catchers, next, onNodes } = task;
  return {
    [`${name}Key`]: lambdaTask({
      name: `${name}Key`,
      comment: `The key of ${name}'s output, and whether it is there already.`,
      keeps: ["step", "key", "done", "input", "output", "deadline_ms", ...(onNodes ? ["nodes"] : [])],
      under,
      timeoutSeconds: TIMEOUT_DECIDE_SECONDS,
      catchers,
      next: `${name}Done?`,
    }),
    [`${name}Done?`]: {
      Type: "Choice",
      Comment: "Skips what an earlier run finished.",
      Choices: [
        { Variable: `$.${under}.done`, BooleanEquals: true, Next: next },
        ...(onNodes ? [{ Variable: `$.${under}.nodes`, NumericGreaterThan: 1, Next: `${name}Nodes` }] : []),
      ],
      Default: name,
    },
    [name]: batchTask(task),
    ...(onNodes && nodesStates({ ...task, environment: environmentOf(task), catchers: batchCatchers(task) })),
    [`${name}Failed`]: lambdaTask({
      name: `${name}Failed`,
      sharedFunction: "TaskFailed",
      comment: `Fails under the name that ${name}'s task left behind; goes on where it had finished all the same.`,
      passes: { "task.$": `$.${under}`, "error.$": "$.error" },
      keeps: [],
      under: null,
      timeoutSeconds: TIMEOUT_DECIDE_SECONDS,
      catchers,
      next,
    }),
  };
}

/**
 * In the cloud a failed job is States.TaskFailed, whatever happened in it. In one process the task's own name arrives: it
 * goes where this state's catchers send it.
 */
function batchCatchers({ name, catchers }: GpuTask): readonly Catcher[] {
  const all = catchers.filter(isForAll);
  const named = catchers.map((catcher) => (isForAll(catcher) ? { ...catcher, ErrorEquals: ERROR_CODES } : catcher));
  const sent = new Set(named.flatMap(({ ErrorEquals }) => ErrorEquals));
  const unsent = ERROR_CODES.filter((code) => !sent.has(code));
  const failed = { ErrorEquals: ["States.TaskFailed", ...unsent], ResultPath: "$.error", Next: `${name}Failed` };
  return [...named, failed, ...all];
}

function environmentOf({ under }: GpuTask) {
  const environment = { INPUT: "input", OUTPUT: "output", DEADLINE_MS: "deadline_ms" };
  return Object.entries(environment).map(([Name, field]) => ({ Name, "Value.$": `$.${under}.${field}` }));
}

function isForAll({ ErrorEquals }: Catcher): boolean {
  return ErrorEquals.includes("States.ALL");
}

function batchTask(task: GpuTask): TaskState {
  const { name, comment, next } = task;
  return {
    Type: "Task",
    Comment: comment,
    Resource: "arn:aws:states:::batch:submitJob.sync",
    Parameters: {
      JobName: `decant-${name}`,
      JobQueue: arnPlaceholder("TaskQueue"),
      JobDefinition: arnPlaceholder("TaskDefinition"),
      ContainerOverrides: { Environment: environmentOf(task) },
    },
    ResultPath: null, // the pointer from the key Lambda is all that later states need
    TimeoutSeconds: TIMEOUT_TRAIN_SECONDS,
    Retry: [RETRY_BATCH_SERVICE],
    Catch: batchCatchers(task),
    Next: next,
  };
}
