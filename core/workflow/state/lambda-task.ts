// A state that calls one Lambda function with the whole payload and keeps the named fields of its answer under one path.
import type { Catcher, TaskState } from "../asl.ts";
import { RETRY_LAMBDA_SERVICE } from "../retry-policies.ts";

export interface LambdaTask {
  readonly name: string;
  readonly comment: string;
  /** Fields of the handler's answer that stay in the payload. */
  readonly keeps: readonly string[];
  /** Payload field that they are kept under; null: the answer is dropped. */
  readonly under: string | null;
  readonly timeoutSeconds: number;
  readonly catchers: readonly Catcher[];
  readonly next: string;
}

export function lambdaTask(task: LambdaTask): TaskState {
  const selected = Object.fromEntries(task.keeps.map((field) => [`${field}.$`, `$.Payload.${field}`]));
  return {
    Type: "Task",
    Comment: task.comment,
    Resource: "arn:aws:states:::lambda:invoke",
    Parameters: { FunctionName: arnPlaceholder(`${task.name}Function`), "Payload.$": "$" },
    ...(task.under !== null && { ResultSelector: selected }),
    ResultPath: task.under === null ? null : `$.${task.under}`,
    TimeoutSeconds: task.timeoutSeconds,
    Retry: [RETRY_LAMBDA_SERVICE],
    Catch: task.catchers,
    Next: task.next,
  };
}

/** What stands in the document for an ARN that deployment knows. */
export function arnPlaceholder(name: string): string {
  return `\${${name}Arn}`;
}
