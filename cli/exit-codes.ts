// Exit codes and status words of the command line.
import type { ErrorCode } from "../core/errors/problem.ts";

/** `submitted`: a run in the cloud that nobody waits for. */
export type Status = "succeeded" | "submitted" | "failed" | "invalid" | "infeasible" | "stopped";

export interface Ending {
  readonly exit_code: 0 | 1 | 2 | 3 | 4 | 5;
  readonly status: Status;
}

export const SUCCEEDED: Ending = { exit_code: 0, status: "succeeded" };
const DEFECT: Ending = { exit_code: 1, status: "failed" };
const INVALID: Ending = { exit_code: 2, status: "invalid" };
export const INFEASIBLE: Ending = { exit_code: 3, status: "infeasible" };
const STOPPED: Ending = { exit_code: 4, status: "stopped" };
/** Disk, memory, store or a child: the same command goes on. */
const MACHINE: Ending = { exit_code: 5, status: "failed" };

const ENDINGS: Readonly<Record<ErrorCode, Ending>> = {
  CandidateRejected: DEFECT, // the search catches it; reaching a user is a bug
  ChildFailed: MACHINE,
  CloudFailed: MACHINE,
  Deadline: STOPPED,
  Defect: DEFECT,
  DiskFull: MACHINE,
  Infeasible: INFEASIBLE,
  InvalidData: INVALID,
  InvalidInput: INVALID,
  InvalidJob: INVALID,
  InvalidModel: INVALID,
  OutOfMemory: MACHINE,
  Spend: STOPPED,
  Stopped: STOPPED,
  StoreFailed: MACHINE,
};

export function endingOf(code: ErrorCode): Ending {
  return ENDINGS[code];
}
