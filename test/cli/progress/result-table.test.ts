// The table at a run's end, over made-up results.
import { describe, expect, it } from "vitest";
import { resultTable } from "../../../cli/progress/result-table.ts";
import { buildReport } from "../../../core/report/build-report.ts";
import { madeUpInfeasible, madeUpReport } from "../../fixtures/report-model.ts";

describe("the result table", () => {
  it("shows baseline, teacher, the float model and the shipped file in aligned columns", () => {
    const lines = resultTable(madeUpReport());
    const table = lines.slice(2, -1);
    expect(table.map((line) => line.slice(0, 20).trim())).toEqual([
      "",
      expect.stringContaining("EfficientNet-Lite0"),
      "the teacher, fp32",
      "this model, fp32",
      "this model, int8",
    ]);
    expect(new Set(table.map((line) => line.length)).size).toBe(1);
  });

  it("opens with the verdict and closes with the split and n", () => {
    const report = madeUpReport();
    const lines = resultTable(report);
    expect(lines[0]).toBe(report.headline);
    expect(lines.at(-1)).toBe(`on the test split, n = ${report.file?.accuracy.top1.n}`);
  });

  it("shows the nearest point of an infeasible run, measured on validation", () => {
    expect(resultTable(buildReport(madeUpInfeasible())).at(-1)).toContain("validation");
  });

  it("is empty where nothing was measured", () => {
    expect(resultTable({ ...madeUpReport(), file: null })).toEqual([]);
  });
});
