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
  Spend: true,
  Stopped: true,
  StoreFailed: true,
};

/** Every code, in alphabetical order. */
export const ERROR_CODES = Object.keys(CODES) as readonly ErrorCode[];

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === "string" && Object.hasOwn(CODES, value);
}
