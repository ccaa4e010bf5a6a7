// The one error type that crosses a boundary: a code that the docs explain, and every problem found, all at once.
// The codes stand in schemas/error.schema.json; docs/errors.md explains each.

export type ErrorCode =
  | "CandidateRejected" // this candidate can't go on (parity); the search can
  | "ChildFailed" // a child process died or hung
  | "CloudFailed" // an AWS service refused or failed a request
  | "Deadline" // the time budget is used up
  | "DiskFull"
  | "Infeasible" // no file keeps every promise
  | "InvalidData"
  | "InvalidInput" // arguments of a command
  | "InvalidJob"
  | "InvalidModel" // an ONNX or weights file that is refused
  | "OutOfMemory"
  | "Spend" // the money budget is used up, or would be
  | "StoreFailed"
  | "Stopped" // by the user
  | "Defect"; // a bug in this program

export interface Problem {
  /** What was expected, what came and how to mend it: one or two sentences. */
  readonly message: string;
  /** Where: a file relative to the data or job, with line and column or a JSON pointer. */
  readonly where?: string;
}

export class DecantError extends Error {
  override readonly name = "DecantError";
  readonly code: ErrorCode;
  readonly problems: readonly Problem[];

  constructor(code: ErrorCode, problems: readonly Problem[] | string, options?: { cause?: unknown }) {
    const list = typeof problems === "string" ? [{ message: problems }] : problems;
    super(list.map((p) => (p.where ? `${p.where}: ${p.message}` : p.message)).join("\n"), options);
    this.code = code;
    this.problems = list;
  }
}
