// Promises on a terminal: one line each, the verdict first, the reason after it.
import type { PromiseResult, Verdict } from "../core/workflow/records/measurement.ts";

const WORDS: Readonly<Record<Verdict, string>> = {
  passed: "kept        ",
  failed: "BROKEN      ",
  "not-measured": "not measured",
};

export function promiseLines(promises: readonly PromiseResult[]): string {
  return promises
    .map(({ promise, verdict, reason }) => `  ${WORDS[verdict]}  ${promise.padEnd(13)}  ${reason}\n`)
    .join("");
}
