// A state that calls one Lambda function with the payload and keeps the named fields of its answer under one path.
import type { Catcher, TaskState } from "../asl.ts";
import { RETRY_LAMBDA_SERVICE } from "../retry-policies.ts";
import { TARGET_FUNCTIONS } from "../target-function.ts";

export interface LambdaTask {
  readonly name: string;
  readonly comment: string;
  /** The handler's payload; absent: the whole one. */
  readonly passes?: Readonly<Record<string, string>>;
  /** Fields of the handler's answer that stay in the payload. */
  readonly keeps: readonly string[];
  /** Payload field that they are kept under; null: the answer is dropped. */
  readonly under: string | null;
  readonly timeoutSeconds: number;
  readonly catchers: readonly Catcher[];
  /** One function for each target, chosen by the payload's `target_function`. */
  readonly byTarget?: boolean;
  /** Another state's function, where several states share one. */
  readonly sharedFunction?: string;
  readonly next: string;
}

export function lambdaTask(task: LambdaTask): TaskState {
  const selected = Object.fromEntries(task.keeps.map((field) => [`${field}.$`, `$.Payload.${field}`]));
  return {
    Type: "Task",
    Comment: task.comment,
    Resource: "arn:aws:states:::lambda:invoke",
    Parameters: { ...functionOf(task), ...(task.passes ? { Payload: task.passes } : { "Payload.$": "$" }) },
    ...(task.under !== null && { ResultSelector: selected }),
    ResultPath: task.under === null ? null : `$.${task.under}`,
    TimeoutSeconds: task.timeoutSeconds,
    Retry: [RETRY_LAMBDA_SERVICE],
    Catch: task.catchers,
    Next: task.next,
  };
}

function functionOf({ name, byTarget, sharedFunction }: LambdaTask): Readonly<Record<string, string>> {
  if (!byTarget) return { FunctionName: arnPlaceholder(`${sharedFunction ?? name}Function`) };
  const each = TARGET_FUNCTIONS.map(({ suffix }) => `'${arnPlaceholder(`${name}${suffix}Function`)}'`);
  return { "FunctionName.$": `States.ArrayGetItem(States.Array(${each.join(", ")}), $.target_function)` };
}

/** What stands in the document for an ARN that deployment knows. */
export function arnPlaceholder(name: string): string {
  return `\${${name}Arn}`;
}
