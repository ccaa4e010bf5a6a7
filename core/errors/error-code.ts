// The error codes as values, for what comes from another process. The Record makes a missing code a compile error.
import type { ErrorCode } from "./problem.ts";

const CODES: Readonly<Record<ErrorCode, true>> = {
  CandidateRejected: true,
  ChildFailed: true,
  CloudFailed: true,
  Deadline: true,
  Defect: true,
  DiskFull: true,
  Infeasible: true,
  InvalidData: true,
  InvalidInput: true,
  InvalidJob: true,
  InvalidModel: true,
  OutOfMemory: true,
  Stopped: true,
  StoreFailed: true,
};

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === "string" && Object.hasOwn(CODES, value);
}
