// An artifact measured again, held against the promises of its report. The file is the very one that was certified (its
// hash was checked), so its own recorded p50 says whether this machine is as fast as it was then.
import type { ReportModel } from "../report/report-model.ts";
import type { Latency, MachineFacts, PromiseResult, Proportion } from "../workflow/records/measurement.ts";
import { gateAccuracyDrop } from "./accuracy-drop.ts";
import { gateLatency } from "./latency.ts";
import { gateSize } from "./size.ts";

/** Beyond this share off the recorded p50, the machine is taken for another or a disturbed one. */
const P50_CHANGE_MAX = 0.2;

export interface MeasuredAccuracy {
  readonly top1: Proportion;
  /** Whether it was measured on the recorded test images, each of them and no other. */
  readonly as_recorded: boolean;
  /** What it was measured on, in words. */
  readonly detail: string;
}

export interface Remeasured {
  readonly size_bytes: number;
  readonly machine: Pick<MachineFacts, "cpu_flags" | "cpu_model">;
  readonly latency: Pick<Latency, "blocks" | "ms_p50" | "ms_p95" | "ms_p95_upper">;
  /** null without --data. */
  readonly accuracy: MeasuredAccuracy | null;
}

export function verifyPromises(report: ReportModel, again: Remeasured): PromiseResult[] {
  return report.promises.map((recorded) => verifyPromise(report, recorded, again));
}

function verifyPromise(report: ReportModel, recorded: PromiseResult, again: Remeasured): PromiseResult {
  switch (recorded.promise) {
    case "size":
      return gateSize(recorded.promised, again.size_bytes);
    case "latency-p95":
      return verifyLatency(report, recorded, again);
    case "accuracy-drop":
      return verifyAccuracy(report, recorded, again);
    case "time":
    case "spend":
      return { ...recorded, reason: `about the run, not the file; as recorded: ${recorded.reason}` };
  }
}

function verifyLatency(report: ReportModel, recorded: PromiseResult, { machine, latency }: Remeasured): PromiseResult {
  const then = report.provenance.machine;
  const p50 = report.file?.latency.ms_p50;
  if (then === null || p50 === undefined) return notMeasured(recorded, "the report names no machine to compare with");
  if (then.cpu_model !== machine.cpu_model || then.cpu_flags.join() !== machine.cpu_flags.join()) {
    return notMeasured(recorded, `it was promised for ${then.cpu_model}, and this is ${machine.cpu_model}`);
  }
  const change = latency.ms_p50 / p50 - 1;
  if (Math.abs(change) > P50_CHANGE_MAX) {
    const times = `p50 is ${latency.ms_p50.toFixed(2)} ms here and was ${p50.toFixed(2)} ms`;
    return notMeasured(recorded, `this machine is not as fast as it was: the same file's ${times}`);
  }
  return gateLatency(recorded.promised, latency, { measurable: true });
}

/** The teacher is not in the artifact: its recorded accuracy counts where the samples are the recorded ones. */
function verifyAccuracy(report: ReportModel, recorded: PromiseResult, { accuracy }: Remeasured): PromiseResult {
  if (accuracy === null) return notMeasured(recorded, "it needs labelled images: --data");
  const { top1, as_recorded, detail } = accuracy;
  const teacher = report.teacher?.top1;
  const found = `top-1 is ${(top1.value * 100).toFixed(1)} % of ${top1.n}`;
  if (!as_recorded) return notMeasured(recorded, `${detail} (${found})`);
  if (!teacher || teacher.n !== top1.n) {
    return notMeasured(recorded, `the report holds no accuracy of the teacher on these images (${found})`);
  }
  // Not paired here, so the interval adds both proportions' own (Newcombe 1998, method 10 with no correlation).
  const value = 100 * (teacher.value - top1.value);
  const low = value - 100 * Math.hypot(teacher.value - teacher.low, top1.high - top1.value);
  const high = value + 100 * Math.hypot(teacher.high - teacher.value, top1.value - top1.low);
  return gateAccuracyDrop(recorded.promised, { value, low, high, n: top1.n });
}

function notMeasured({ promise, promised, unit }: PromiseResult, reason: string): PromiseResult {
  return { promise, promised, unit, verdict: "not-measured", measured: null, reason };
}
