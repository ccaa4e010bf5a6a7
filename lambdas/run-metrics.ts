// What a deployment's dashboard and alarms are told of a run: that it failed, how it ended, and how good its champion is.
import type { ReportModel } from "../core/report/report-model.ts";
import { JOB_DIMENSION, METRICS, OUTCOME_ERRORS } from "../core/workflow/metric-names.ts";
import type { Metric } from "./services.ts";

const ENDED = { kept: METRICS.kept_runs, infeasible: METRICS.infeasible_runs, stopped: METRICS.stopped_runs } as const;

/** None for an error that is an outcome: nobody has to look after it. */
export function failureMetrics(run: string, error: string): Metric[] {
  if (OUTCOME_ERRORS.includes(error)) return [];
  return [{ name: METRICS.failed_runs, value: 1, unit: "Count", about: { run, error } }];
}

export function reportMetrics(run: string, { outcome, job, promises, cost }: ReportModel): Metric[] {
  const about = { run, job: job.name, outcome, ...secondsOf(cost.elapsed_s) };
  // A run that was stopped for time or money is a little over it by then: an outcome, nobody has to look after it.
  const over =
    outcome !== "stopped" &&
    promises.some(({ promise, verdict }) => (promise === "time" || promise === "spend") && verdict === "failed");
  return [
    { name: ENDED[outcome], value: 1, unit: "Count", about },
    { name: METRICS.over_budget_runs, value: over ? 1 : 0, unit: "Count", about },
    ...(cost.elapsed_s === null
      ? []
      : [{ name: METRICS.run_seconds, value: cost.elapsed_s, unit: "Seconds" as const, about }]),
    ...(cost.usd === null ? [] : [{ name: METRICS.run_usd, value: cost.usd, unit: "None" as const, about }]),
  ];
}

/** Beside the money, so that one line of the log says both. */
function secondsOf(elapsed_s: number | null): Readonly<Record<string, number>> {
  return elapsed_s === null ? {} : { seconds: elapsed_s };
}

/** @param top1 share, 0..1 */
export function championMetrics(
  job: string,
  champion: { readonly top1: number; readonly size_bytes: number },
): Metric[] {
  const dimensions = { [JOB_DIMENSION]: job };
  return [
    { name: METRICS.champion_top1, value: 100 * champion.top1, unit: "Percent", dimensions },
    { name: METRICS.champion_bytes, value: champion.size_bytes, unit: "Bytes", dimensions },
  ];
}
