// An artifact measured again, held against its report: what is broken, and what honestly can't be told here.
import { describe, expect, it } from "vitest";
import { type Remeasured, verifyPromises } from "../../../core/gate/verification.ts";
import { buildReport } from "../../../core/report/build-report.ts";
import type { ReportModel } from "../../../core/report/report-model.ts";
import { wilson } from "../../../core/statistics/wilson.ts";
import type { PromiseResult } from "../../../core/workflow/records/measurement.ts";
import { madeUpInputs } from "../../fixtures/report-model.ts";

const report = buildReport(madeUpInputs());
const machine = report.provenance.machine!;
const p50 = report.file!.latency.ms_p50;
const latency = { blocks: 7, ms_p50: p50, ms_p95: p50 * 1.1, ms_p95_upper: p50 * 1.15 };
const again: Remeasured = { size_bytes: 2_312_480, machine, latency, accuracy: null };

const verdict = (change: Partial<Remeasured>, promise: PromiseResult["promise"], of: ReportModel = report) =>
  verifyPromises(of, { ...again, ...change }).find((result) => result.promise === promise)!;

describe("verifyPromises", () => {
  it("answers every promise of the report, in its order", () => {
    expect(verifyPromises(report, again).map(({ promise }) => promise)).toEqual(
      report.promises.map(({ promise }) => promise),
    );
  });

  it("holds the size by the byte", () => {
    expect(verdict({}, "size").verdict).toBe("passed");
    expect(verdict({ size_bytes: 2_500_001 }, "size").verdict).toBe("failed");
  });

  it("holds latency where machine and speed are the recorded ones", () => {
    expect(verdict({}, "latency-p95").verdict).toBe("passed");
    expect(verdict({ latency: { ...latency, ms_p95_upper: 5.01 } }, "latency-p95").verdict).toBe("failed");
  });

  it("measures no latency on another processor, or on one that lacks a flag", () => {
    const other = { ...machine, cpu_model: "Another" };
    expect(verdict({ machine: other }, "latency-p95")).toMatchObject({
      verdict: "not-measured",
      reason: expect.stringContaining("this is Another"),
    });
    expect(verdict({ machine: { ...machine, cpu_flags: [] } }, "latency-p95").verdict).toBe("not-measured");
  });

  it.each([0.79, 1.21])("measures no latency where the same file takes %f times as long as recorded", (factor) => {
    const changed = { ...latency, ms_p50: p50 * factor };
    expect(verdict({ latency: changed }, "latency-p95")).toMatchObject({
      verdict: "not-measured",
      reason: expect.stringContaining("not as fast as it was"),
    });
  });

  it("holds accuracy against the teacher's recorded one on the same samples", () => {
    const { n } = report.teacher!.top1!;
    const accuracy = (count: number) => ({ top1: wilson(count, n), as_recorded: true, detail: "the same" });
    const teacher = report.teacher!.top1!.count;
    const allowed = Math.floor(n * 0.03);
    expect(verdict({ accuracy: accuracy(teacher - allowed) }, "accuracy-drop")).toMatchObject({
      verdict: "passed",
      measured: expect.closeTo((100 * allowed) / n, 6),
    });
    expect(verdict({ accuracy: accuracy(teacher - allowed - 1) }, "accuracy-drop").verdict).toBe("failed");
  });

  it("measures no drop on other samples, without data, or without a teacher", () => {
    const { n } = report.teacher!.top1!;
    const other = { top1: wilson(1, n), as_recorded: false, detail: "only 3 of 9 are there" };
    expect(verdict({ accuracy: other }, "accuracy-drop")).toMatchObject({
      verdict: "not-measured",
      reason: expect.stringMatching(/^only 3 of 9 are there \(top-1 is .* % of \d+\)$/),
    });
    expect(verdict({}, "accuracy-drop").reason).toContain("--data");
    const same = { top1: wilson(n, n), as_recorded: true, detail: "the same" };
    expect(verdict({ accuracy: same }, "accuracy-drop", { ...report, teacher: null }).verdict).toBe("not-measured");
  });

  it("repeats what was recorded about the run", () => {
    expect(verdict({}, "spend")).toMatchObject({
      verdict: "not-measured",
      reason: expect.stringContaining("as recorded"),
    });
  });
});
