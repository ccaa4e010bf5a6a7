// What became of one budget: kept, refused with a reason, broken, or failed, which is a defect.

export interface Verdict {
  readonly promise: string;
  readonly verdict: string;
  readonly reason: string;
}

export type Fate = "kept" | "refused" | "broken" | "failed";

export interface Outcome {
  readonly at: number;
  readonly budget: Readonly<Record<string, string>>;
  readonly fate: Fate;
  /** As `decant run` ended. */
  readonly status: string;
  readonly seconds: number;
  /** Of the machine that tried it: a record may be gone on with on another one. */
  readonly cpu_model: string;
  /** The report's verdict in one sentence, or the last error. */
  readonly reason: string;
  readonly shipped?: string;
  /** The report's own promises. */
  readonly promises?: readonly Verdict[];
  /** The same, measured again by `decant verify` in a fresh process. */
  readonly verified?: readonly Verdict[];
  readonly verify_exit_code?: number;
}

export interface Ran {
  readonly status: string;
  readonly reason: string;
  readonly promises?: readonly Verdict[];
  readonly verified?: readonly Verdict[];
  readonly verify_exit_code?: number;
}

/** A promise that can't be measured again, such as time, counts as the report has it. */
export function fateOf({ status, reason, promises = [], verified = [], verify_exit_code }: Ran): Fate {
  if (status === "infeasible" || status === "stopped") return reason.trim() === "" ? "failed" : "refused";
  if (status !== "succeeded" || verify_exit_code === undefined) return "failed";
  const failed = [...promises, ...verified].some(({ verdict }) => verdict === "failed");
  return failed || verify_exit_code !== 0 ? "broken" : "kept";
}

export function countFates(outcomes: readonly Outcome[]): Readonly<Record<Fate, number>> {
  const count = (fate: Fate) => outcomes.filter((outcome) => outcome.fate === fate).length;
  return { kept: count("kept"), refused: count("refused"), broken: count("broken"), failed: count("failed") };
}
