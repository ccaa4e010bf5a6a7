// The verdict in one sentence.
import { describe, expect, it } from "vitest";
import { headline, keptPhrase } from "../../../core/report/headline.ts";
import { wilson } from "../../../core/statistics/wilson.ts";
import { madeUpReport } from "../../fixtures/report-model.ts";

const report = madeUpReport();
const promises = report.promises.filter((p) => p.verdict === "passed");
const top1 = wilson(259, 300);
const file = { ...report.file!, size_bytes: 2_310_000, accuracy: { ...report.file!.accuracy, top1 } };
const parts = { outcome: "kept" as const, promises, file, baseline: report.baseline, reason: "" };

describe("the headline", () => {
  it("is the verdict in one sentence", () => {
    expect(headline(parts)).toBe(
      "2.31 MB int8, 4.9× faster than EfficientNet-Lite0 at 224 px, 86.3 % top-1 (82.0–89.8, n = 300), every promise kept",
    );
  });

  it("does not call a slower file faster", () => {
    const slow = { value: 0.8, low: 0.78, high: 0.82, n: 8 };
    const text = headline({ ...parts, file: { ...file, latency: { ...file.latency, speedup_over_baseline: slow } } });
    expect(text).toContain("slower than EfficientNet-Lite0 at 224 px (0.80× its speed)");
    expect(text).not.toContain("faster");
  });

  it("never counts a promise that was not measured as kept", () => {
    expect(keptPhrase(report.promises)).toBe("3 of 4 promises kept, spend not measured");
  });

  it("says so when no promise was made", () => {
    expect(keptPhrase([])).toBe("no promise was made");
  });

  it("of a stopped run without a measurement promises nothing", () => {
    expect(headline({ ...parts, outcome: "stopped", promises: [], file: null, baseline: null })).toBe(
      "Stopped before a file was certified; nothing was measured",
    );
  });

  it("of an infeasible run without a measurement says why there is none", () => {
    const reason = "no candidate gave a file to measure; the time left allows no epoch";
    expect(headline({ ...parts, outcome: "infeasible", promises: [], file: null, reason })).toBe(
      `No file keeps every promise: ${reason}`,
    );
  });
});
