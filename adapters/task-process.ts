// A GPU task as a child process on this machine: the Python package beside this code, told by environment variables.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DecantError } from "../core/errors/problem.ts";
import { parseTaskEvent, type TaskEvent } from "../core/workflow/task-event.ts";
import { type ChildExit, runChild } from "./child-process.ts";

const GPU_TASKS = fileURLToPath(new URL("../gpu-tasks", import.meta.url));

/** PYTHONSAFEPATH: a random.py in the folder where the command runs must not stand in for the library's. */
const PYTHON_ENVIRONMENT = { PYTHONPATH: GPU_TASKS, PYTHONSAFEPATH: "1", PYTHONUNBUFFERED: "1" };

export interface TaskProcess {
  readonly python: string;
  /** INPUT, OUTPUT and DEADLINE_MS, as the workflow document names them. */
  readonly environment: Readonly<Record<string, string>>;
  readonly silence_ms_max: number;
  readonly signal: AbortSignal;
  readonly progress: (event: Extract<TaskEvent, { event: "progress" }>) => void;
}

/** Resolves when the task says it is done. Throws what it says went wrong, or ChildFailed where it died without a word. */
export async function runTask(task: TaskProcess): Promise<void> {
  let error: DecantError | undefined;
  const exit = await runChild({
    command: task.python,
    arguments: ["-m", "decant_tasks"],
    environment: { ...process.env, ...task.environment, ...PYTHON_ENVIRONMENT },
    signal: task.signal,
    silence_ms_max: task.silence_ms_max,
    onLine: (line) => {
      const event = parseTaskEvent(line);
      if (event?.event === "progress") task.progress(event);
      if (event?.event === "error") error = new DecantError(event.code, event.problems);
    },
  });
  if (exit.code === 0) return;
  if (error?.code === "Defect") throw new DecantError("Defect", `${error.message}\n${exit.stderr.trim()}`);
  throw error ?? died(task.python, exit);
}

function died(python: string, { code, signal, stderr }: ChildExit): DecantError {
  const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
  const memory = signal === "SIGKILL" ? " Often that means that memory ran out." : "";
  const message = `Expected ${join("gpu-tasks", "decant_tasks")} under ${python} to finish, but it ended with ${how} and no word of why.${memory} The same command goes on from its last checkpoint. ${stderr.trim()}`;
  return new DecantError("ChildFailed", message.trim());
}
