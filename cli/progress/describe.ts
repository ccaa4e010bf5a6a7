// Events and results in words.
import type { RunEvent, RunResult } from "./run-event.ts";

/** What each state is for, for people; states without a line here say nothing by themselves. */
export const STATE_TITLES: Readonly<Record<string, string>> = {
  Plan: "plan",
  PrepareData: "prepare data",
  Profile: "measure training speed",
  FineTune: "train the teacher",
  TimeLayers: "time layers",
  Propose: "propose candidates",
  Compress: "compress",
  Quantize: "quantize",
  Measure: "measure",
  Decide: "decide",
  Certify: "certify",
  Report: "report",
  Publish: "publish",
};

/** "epoch 3 of 9 (33 %), loss 0.412" */
export function describeProgress(event: Extract<RunEvent, { event: "progress" }>): string {
  const { done, total, message, metrics } = event;
  const share = done !== undefined && total ? `${Math.round((100 * done) / total)} %` : undefined;
  const figures = Object.entries(metrics ?? {}).map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`);
  return [message, share, ...figures].filter((part) => part !== undefined).join(", ");
}

export function describeResult({ status, run, artifact, report }: RunResult): string[] {
  const lines = [`${status}${run === null ? "" : `: run ${run}`}`];
  if (artifact !== null) lines.push(`artifact: ${artifact}`);
  if (report !== null) lines.push(`report:   ${report}`);
  return lines;
}

export function seconds(value: number): string {
  if (value < 60) return `${value.toFixed(1)} s`;
  return `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`;
}
