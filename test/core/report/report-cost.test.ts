// Time and money in the report, held against sums made by hand.
import { describe, expect, it } from "vitest";
import { SPOT_DISCOUNT } from "../../../core/budget/prices.ts";
import type { RunStepUsage } from "../../../core/budget/usage.ts";
import { renderPage } from "../../../core/report/page.ts";
import { reportCost } from "../../../core/report/report-cost.ts";
import { madeUpInputs, madeUpPlan, madeUpReport } from "../../fixtures/report-model.ts";

const usage = (step: string, device: string, seconds: number, to_s: number, kept = false): RunStepUsage => {
  return { step, device, seconds, finished_ms: 1000 * to_s, kept };
};

const { decision } = madeUpInputs();
const allMeasured = { ...decision, rejected: [] };

describe("a run on this machine", () => {
  const { cost } = madeUpReport({ decision: allMeasured });

  it("costs nothing that has a price", () => {
    expect(cost).toMatchObject({ usd: null, prices: null, orchestration_usd: null });
  });

  it("says how much of its time went into orchestration", () => {
    // 19 + 140 + 250 + 9 = 418 of 512 s
    expect(cost.working_s).toBeCloseTo(418, 6);
    expect(cost.overhead_ratio).toBeCloseTo(1 - 418 / 512, 9);
  });

  it("doesn't say so where a candidate gave no point, since its time was noted nowhere", () => {
    expect(decision.rejected.length).toBeGreaterThan(0);
    expect(madeUpReport().cost.overhead_ratio).toBeNull();
  });

  it("counts a step that an earlier run had finished as kept, without its time", () => {
    expect(cost.steps.find(({ step }) => step === "compress")).toMatchObject({ count: 1, kept: 1, seconds: 250 });
  });
});

describe("a run in the cloud", () => {
  const steps = [
    usage("fine-tune", "g5.xlarge", 360, 400),
    usage("measure", "lambda-arm64-1769-512", 100, 520),
    usage("compress", "g5.xlarge", 600, 100, true),
  ];
  const cost = reportCost(madeUpInputs({ usage: steps, region: "us-east-1", elapsed_s: 500 }));

  it("costs what its own steps took, and the workflow's transitions", () => {
    const machine = 0.1 * (1.006 + (100 * 0.08) / 730 + 0.005);
    const lambda = 100 * (1769 / 1024) * 0.0000133334;
    const orchestration = (15 + 4 * 2 + 6 * 1) * (0.000025 + 0.0000002); // 2 rungs, 1 measured candidate
    expect(cost.usd).toBeCloseTo(machine + lambda + orchestration, 9);
    expect(cost.usd_on_spot).toBeCloseTo(machine + lambda + orchestration - 0.1 * 1.006 * SPOT_DISCOUNT, 9);
    expect(cost.prices).toContain("us-east-1");
  });

  it("lists steps as a run goes through them", () => {
    expect(cost.steps.map(({ step }) => step)).toEqual(["fine-tune", "compress", "measure"]);
  });

  it("knows no sum where one device has no price", () => {
    const unknown = [...steps, usage("compress", "unknown.192-cpus", 10, 600)];
    expect(reportCost(madeUpInputs({ usage: unknown, region: "us-east-1" })).usd).toBeNull();
  });

  it("holds the spend promise against that money", () => {
    const spend = (spend_usd: number) => {
      const plan = { ...madeUpPlan(), budget: { spend_usd } };
      const { certificate } = madeUpInputs();
      const promises = certificate && { ...certificate, promises: [] };
      const report = madeUpReport({ plan, certificate: promises, usage: steps, region: "us-east-1" });
      return report.promises.find(({ promise }) => promise === "spend")?.verdict;
    };
    expect(spend(1)).toBe("passed");
    expect(spend(0.05)).toBe("failed");
  });
});

it("expects seconds by step where a training speed was measured, and says none where not", () => {
  const profile = madeUpInputs().profile;
  const speeds = [
    {
      architecture: "tf_efficientnet_lite0",
      input_size: 224,
      batch_size: 32,
      train_ms_per_sample: 60,
      forward_ms_per_sample: 20,
    },
  ];
  const expected = (change: object) =>
    reportCost(madeUpInputs(change)).steps.find(({ step }) => step === "fine-tune")?.expected_s;
  expect(expected({ profile: profile && { ...profile, speeds } })).toBeGreaterThan(0);
  expect(expected({})).toBeNull();
});

it("shows time and money on the page", () => {
  const parts = { thumbnails: {}, sha256: () => "0".repeat(64) };
  expect(renderPage(madeUpReport(), parts)).toContain("none: this machine has no price");
  const steps = [usage("fine-tune", "g5.xlarge", 360, 400)];
  const page = renderPage(madeUpReport({ usage: steps, region: "us-east-1" }), parts);
  expect(page).toMatch(/at most 0\.\d{3} USD on demand/);
  expect(renderPage(madeUpReport({ usage: [] }), parts)).toContain("No step&#39;s time was recorded.");
});
