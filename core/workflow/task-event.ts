// One line of a GPU task's standard output: progress, an error, or something that is neither and is only kept as text.
import { isErrorCode } from "../errors/error-code.ts";
import type { ErrorCode, Problem } from "../errors/problem.ts";

export type TaskEvent =
  | {
      readonly event: "progress";
      readonly step: string;
      readonly done?: number;
      readonly total?: number;
      readonly message?: string;
      readonly metrics?: Readonly<Record<string, number>>;
    }
  | { readonly event: "error"; readonly code: ErrorCode; readonly problems: readonly Problem[] };

/** The event of a line, or undefined where the line isn't one. */
export function parseTaskEvent(line: string): TaskEvent | undefined {
  if (!line.startsWith("{")) return undefined;
  const value = parse(line);
  if (!isRecord(value)) return undefined;
  if (value.event === "progress" && typeof value.step === "string") return progressOf(value.step, value);
  if (value.event === "error" && isErrorCode(value.code)) {
    return { event: "error", code: value.code, problems: problemsOf(value.problems) };
  }
  return undefined;
}

function progressOf(step: string, value: Record<string, unknown>): TaskEvent {
  const { done, total, message, metrics } = value;
  return {
    event: "progress",
    step,
    ...(typeof done === "number" && { done }),
    ...(typeof total === "number" && { total }),
    ...(typeof message === "string" && { message }),
    ...(isRecord(metrics) && { metrics: numbersOf(metrics) }),
  };
}

function numbersOf(record: Record<string, unknown>): Record<string, number> {
  const numbers = Object.entries(record).filter((entry): entry is [string, number] => typeof entry[1] === "number");
  return Object.fromEntries(numbers);
}

function problemsOf(value: unknown): Problem[] {
  const list = Array.isArray(value) ? value.filter(isRecord) : [];
  const problems = list.flatMap(({ message, where }) =>
    typeof message === "string" ? [{ message, ...(typeof where === "string" && { where }) }] : [],
  );
  return problems.length > 0 ? problems : [{ message: "the task failed without saying why" }];
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
