// TaskFailed: a GPU task's job failed, and Batch says no more than that. The task itself left a record of why: this throws
// it under its own name, as on a laptop. Where the task had finished after all (its machine died late), the run goes on.
// A run that somebody stops never comes here: a task that says it was stopped was told so by a machine that was taken back.
import { isErrorCode } from "../core/errors/error-code.ts";
import { DecantError, type Problem } from "../core/errors/problem.ts";
import { attemptOf, stepFolder } from "../core/store/path-rules.ts";
import { messageOfCause } from "../core/workflow/cause.ts";
import type { RunPayload, TaskPointer } from "../core/workflow/payload.ts";
import type { Services } from "./services.ts";

export interface TaskFailedPayload {
  readonly task: TaskPointer;
  readonly error: NonNullable<RunPayload["error"]>;
}

export async function taskFailed({ task, error }: TaskFailedPayload, services: Services): Promise<object> {
  if (await services.files.find(task)) return {};
  const message = messageOfCause(error.Cause);
  if (isErrorCode(error.Error)) throw new DecantError(error.Error, message);
  const record = await services.store.get(`${stepFolder(task)}/failed-${attemptOf(task) ?? "unknown"}.json`);
  const told = record && parse(record.bytes);
  if (told && told.code !== "Stopped") throw told;
  const what = told ? "ended as often as it is tried, since its machines were taken back" : "failed without saying why";
  throw new DecantError("ChildFailed", [
    {
      message: `The task of step ${task.step} ${what} (${statusReason(message)}). Its log says more; the same job goes on from the task's last checkpoint.`,
    },
  ]);
}

function parse(bytes: Uint8Array): DecantError | undefined {
  try {
    const { code, problems } = JSON.parse(new TextDecoder().decode(bytes)) as { code: unknown; problems: unknown };
    if (!isErrorCode(code) || !Array.isArray(problems) || problems.length === 0) return undefined;
    return new DecantError(code, problems as readonly Problem[]);
  } catch {
    return undefined; // cut off while it was written: the job's own words are left
  }
}

/** Batch hands on the whole job as JSON; the reason is one field of it. */
function statusReason(cause: string): string {
  try {
    const job = JSON.parse(cause) as { StatusReason?: unknown; Attempts?: readonly { StatusReason?: unknown }[] };
    const reason = job.StatusReason ?? job.Attempts?.at(-1)?.StatusReason;
    return typeof reason === "string" ? reason : "no reason was given";
  } catch {
    return cause.slice(0, 300);
  }
}
