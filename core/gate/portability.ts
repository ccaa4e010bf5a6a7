// The portability certificate of an artifact, counted again in its model.onnx and held against what its report says.
import type { PairCount, Portability, Verdict } from "../workflow/records/measurement.ts";

export interface PortabilityResult {
  readonly verdict: Verdict;
  readonly counted: PairCount;
  readonly reason: string;
}

/** `recorded`: undefined in reports that were written before certificates, null for fp32 files. */
export function verifyPortability(recorded: Portability | null | undefined, counted: PairCount): PortabilityResult {
  const found = `${counted.violating_pairs} of ${counted.pairs} pairs of int8 weights can overflow on CPUs without VNNI`;
  if (recorded === null && counted.pairs === 0) {
    return { verdict: "passed", counted, reason: "the file is fp32: no integer kernel runs it" };
  }
  if (!recorded) return { verdict: "not-measured", counted, reason: `${found}; the report holds no certificate` };
  const { pairs, violating_pairs } = recorded;
  if (pairs === counted.pairs && violating_pairs === counted.violating_pairs) {
    return { verdict: "passed", counted, reason: `${found}, as the report says` };
  }
  return { verdict: "failed", counted, reason: `${found}, but the report says ${violating_pairs} of ${pairs}` };
}
