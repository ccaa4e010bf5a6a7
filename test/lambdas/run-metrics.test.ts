// What alarms and dashboard are told: failures that need a person, outcomes that don't, money and champions.
import { describe, expect, it } from "vitest";
import { buildReport } from "../../core/report/build-report.ts";
import { METRICS, OUTCOME_ERRORS } from "../../core/workflow/metric-names.ts";
import { metricLine } from "../../lambdas/metric-line.ts";
import { championMetrics, failureMetrics, reportMetrics } from "../../lambdas/run-metrics.ts";
import { madeUpInfeasible, madeUpInputs, madeUpReport } from "../fixtures/report-model.ts";

const named = (metrics: readonly { readonly name: string; readonly value: number }[]) =>
  Object.fromEntries(metrics.map(({ name, value }) => [name, value]));

describe("a run that an error ended", () => {
  it("counts as failed, with the error in the log", () => {
    expect(failureMetrics("r", "Defect")).toEqual([
      { name: METRICS.failed_runs, value: 1, unit: "Count", about: { run: "r", error: "Defect" } },
    ]);
  });

  it.each(OUTCOME_ERRORS)("does not where the error is an outcome: %s", (error) => {
    expect(failureMetrics("r", error)).toEqual([]);
  });
});

describe("a run that was reported", () => {
  it("counts under how it ended, with its time", () => {
    expect(named(reportMetrics("r", madeUpReport()))).toEqual({ KeptRuns: 1, OverBudgetRuns: 0, RunSeconds: 512 });
    expect(named(reportMetrics("r", buildReport(madeUpInfeasible())))).toMatchObject({ InfeasibleRuns: 1 });
    expect(named(reportMetrics("r", buildReport(madeUpInfeasible("stopped"))))).toMatchObject({ StoppedRuns: 1 });
  });

  it("has its money where it was paid for, and is over budget where a promise of time or money was broken", () => {
    const usage = [{ step: "fine-tune", device: "g5.xlarge", seconds: 36_000, finished_ms: 5, kept: false }];
    const { certificate } = madeUpInputs();
    const unheld = certificate && { ...certificate, promises: [] }; // 2 USD are promised, and held by the report
    const report = madeUpReport({ usage, region: "us-east-1", certificate: unheld });
    const metrics = named(reportMetrics("r", report));
    expect(metrics).toMatchObject({ OverBudgetRuns: 1 });
    expect(metrics.RunUsd).toBeGreaterThan(10);
    // Stopped for it is an outcome.
    expect(named(reportMetrics("r", { ...report, outcome: "stopped" }))).toMatchObject({ OverBudgetRuns: 0 });
  });
});

it("a champion is told apart by its job", () => {
  const dimensions = { Job: "flowers" };
  expect(championMetrics("flowers", { top1: 0.875, size_bytes: 1_000_000 })).toEqual([
    { name: METRICS.champion_top1, value: 87.5, unit: "Percent", dimensions },
    { name: METRICS.champion_bytes, value: 1_000_000, unit: "Bytes", dimensions },
  ]);
});

it("a metric's line is one that CloudWatch takes, with what it is about beside it", () => {
  const line = JSON.parse(metricLine("RunUsd", 1.5, "None", 1_700_000_000_000, {}, { run: "r", RunUsd: "not this" }));
  expect(line).toEqual({
    _aws: {
      Timestamp: 1_700_000_000_000,
      CloudWatchMetrics: [{ Namespace: "Decant", Dimensions: [[]], Metrics: [{ Name: "RunUsd", Unit: "None" }] }],
    },
    run: "r",
    RunUsd: 1.5,
  });
});
