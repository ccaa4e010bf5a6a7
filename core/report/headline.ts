// The verdict in one sentence: what the file is, how much faster, how good, and whether every promise was kept.
import type { PromiseResult } from "../workflow/records/measurement.ts";
import { amount, bytes, proportion, shareEstimate, times } from "./format.ts";
import { brokenPromises } from "./nearest.ts";
import type { Outcome, ReportedBaseline, ReportedFile } from "./report-model.ts";

export interface HeadlineParts {
  readonly outcome: Outcome;
  readonly promises: readonly PromiseResult[];
  readonly file: ReportedFile | null;
  readonly baseline: ReportedBaseline | null;
  /** Decide's: why the search ended. */
  readonly reason: string;
}

export const PROMISE_NAMES: Readonly<Record<PromiseResult["promise"], string>> = {
  size: "size",
  "latency-p95": "p95 latency",
  "accuracy-drop": "accuracy drop",
  time: "time",
  spend: "spend",
};

/** "2.31 MB int8, 4.9× faster than EfficientNet-Lite0 at 224 px, 86.3 % top-1 (82.0–89.7, n = 300), every promise kept" */
export function headline(parts: HeadlineParts): string {
  const figures = parts.file ? fileFigures(parts.file, parts.baseline) : null;
  if (parts.outcome === "kept") return `${figures}, ${keptPhrase(parts.promises)}`;
  const broken = brokenPromises(parts.promises).map(
    (b) => `${PROMISE_NAMES[b.promise]} ${amount(b.measured, b.unit)} instead of ${amount(b.promised, b.unit)}`,
  );
  const start = parts.outcome === "stopped" ? "Stopped before a file was certified" : "No file keeps every promise";
  if (!figures) return parts.outcome === "stopped" ? `${start}; nothing was measured` : `${start}: ${parts.reason}`;
  return `${start}; the ${parts.outcome === "stopped" ? "best so far" : "nearest"} is ${figures}${broken.length ? `: ${broken.join(", ")}` : ""}`;
}

function fileFigures(file: ReportedFile, baseline: ReportedBaseline | null): string {
  const macro = file.imbalanced ? `, macro recall ${shareEstimate(file.accuracy.macro_recall, "classes")}` : "";
  return [
    `${bytes(file.size_bytes)} ${file.precision}`,
    ...(baseline ? [speedPhrase(file, baseline)] : []),
    `${proportion(file.accuracy.top1).replace(" (", " top-1 (")}${macro}`,
  ].join(", ");
}

function speedPhrase(file: ReportedFile, baseline: ReportedBaseline): string {
  const speedup = file.latency.speedup_over_baseline.value;
  const name = `${baseline.display_name} at ${baseline.input_size} px`;
  return speedup >= 1 ? `${times(speedup)} faster than ${name}` : `slower than ${name} (${times(speedup)} its speed)`;
}

/** Promises that weren't measured are named, never counted as kept. */
export function keptPhrase(promises: readonly PromiseResult[]): string {
  if (promises.length === 0) return "no promise was made";
  const kept = promises.filter((p) => p.verdict === "passed").length;
  if (kept === promises.length) return promises.length === 1 ? "its one promise kept" : "every promise kept";
  const open = promises.filter((p) => p.verdict === "not-measured").map((p) => PROMISE_NAMES[p.promise]);
  const broken = promises.filter((p) => p.verdict === "failed").map((p) => PROMISE_NAMES[p.promise]);
  return [
    `${kept} of ${promises.length} promises kept`,
    ...(open.length ? [`${open.join(" and ")} not measured`] : []),
    ...(broken.length ? [`${broken.join(" and ")} broken`] : []),
  ].join(", ");
}
