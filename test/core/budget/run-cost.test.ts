// Money from seconds, held against sums made by hand.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeDevice, OWN_MACHINE, priceOf } from "../../../core/budget/billed-device.ts";
import { MACHINE_START_S, predictCost, transitionsOf } from "../../../core/budget/predict.ts";
import { describeBasis, PRICES, pricesIn } from "../../../core/budget/prices.ts";
import { costOfRun } from "../../../core/budget/run-cost.ts";
import { deviceOfStep, FARGATE_TASK, FUNCTION_MEMORY_MB } from "../../../core/budget/step-devices.ts";

const basis = pricesIn("us-east-1");
const cost = (device: string, seconds: number, spot_discount = 0) =>
  costOfRun({ steps: [{ step: "x", device, seconds }], basis, spot_discount, transitions: 0 });

describe("the price of a device", () => {
  it("is a machine's hour, its disk and its address, for an EC2 instance type", () => {
    // 1 h of g5.xlarge 1.006; 100 GB * 0.08 a month / 730 h = 0.0109589; address 0.005
    expect(cost("g5.xlarge", 3600).usd).toBeCloseTo(1.006 + 0.0109589 + 0.005, 6);
  });

  it("is lowered by spot for the machine alone", () => {
    expect(cost("g5.xlarge", 3600, 0.6).usd_on_spot).toBeCloseTo(1.006 * 0.4 + 0.0109589 + 0.005, 6);
    expect(cost("lambda-arm64-1769-512", 3600, 0.6).usd_on_spot).toBe(cost("lambda-arm64-1769-512", 3600).usd);
  });

  it("is memory by time for a Lambda function, and disk beyond the first 512 MB", () => {
    // 1,000 s of 1,769 MB on arm64: 1.727539 GB * 1,000 * 0.0000133334 = 0.0230340
    expect(cost("lambda-arm64-1769-512", 1000).usd).toBeCloseTo(0.023034, 6);
    // and 9.5 GB of disk: 9.5 * 1,000 * 0.0000000309 = 0.00029355
    expect(cost("lambda-arm64-1769-10240", 1000).usd).toBeCloseTo(0.023034 + 0.00029355, 6);
    // x86-64 costs a quarter more: 0.0287925
    expect(cost("lambda-x64-1769-512", 1000).usd).toBeCloseTo(0.0287925, 6);
  });

  it("is processors, memory and disk by the hour for Fargate", () => {
    // 4 * 0.04048 + 16 * 0.004445 + 30 * 0.000111 + 0.005 = 0.24137
    expect(cost(FARGATE_TASK, 3600).usd).toBeCloseTo(0.24137, 6);
  });

  it("is nothing for the machine that runs the workflow", () => {
    expect(cost(OWN_MACHINE, 1e6).usd).toBe(0);
  });

  it("is unknown for a device that is not in the table, and so is the sum", () => {
    expect(priceOf("p5.48xlarge", basis)).toBeUndefined();
    expect(cost("p5.48xlarge", 1).usd).toBeNull();
  });
});

it("a device is told in words that people use", () => {
  expect([OWN_MACHINE, "lambda-x64-1769-10240", FARGATE_TASK, "g5.xlarge"].map(describeDevice)).toEqual([
    "this machine",
    "Lambda x64, 1769 MB",
    "Fargate, 4 vCPUs, 16384 MB",
    "g5.xlarge",
  ]);
});

describe("a region that is not in the table", () => {
  it("is counted dearer, and says so", () => {
    expect(priceOf("g5.xlarge", pricesIn("sa-east-1"))?.usd_per_second).toBeCloseTo(
      2 * (priceOf("g5.xlarge", basis)?.usd_per_second ?? Number.NaN),
      12,
    );
    expect(describeBasis(pricesIn("sa-east-1"))).toContain("sa-east-1 is not in the table");
    expect(describeBasis(basis)).toBe(`list prices as of ${PRICES.as_of}, us-east-1; check before relying on them`);
  });
});

describe("the cost of a run", () => {
  const seconds_by_step = {
    "prepare-data": 20,
    profile: 15,
    "fine-tune": 300,
    compress: 400,
    quantize: 12,
    measure: 10,
  };
  const prediction = { target: "lambda-arm64", task_device: "g6.xlarge", basis, spot_discount: 0.5 };

  it("is the sum of its steps, the starts of machines, and the workflow's transitions", () => {
    const predicted = predictCost({ seconds_by_step }, prediction);
    // machine seconds: 15 + 300 + 400 + 3 * 240 = 1,435 of g6.xlarge: 1,435 / 3,600 * (0.8048 + 0.0109589 + 0.005)
    const machine = (1435 / 3600) * (0.8048 + 0.0109589 + 0.005);
    // 20 s of 3,538 MB; 22 s of 1,769 MB; disk 9.5 GB for 42 s
    const functions = (20 * (3538 / 1024) + 22 * (1769 / 1024)) * 0.0000133334 + 42 * 9.5 * 0.0000000309;
    const orchestration = 25 * (0.000025 + 0.0000002);
    expect(MACHINE_START_S).toBe(240);
    expect(transitionsOf(1, 1)).toBe(25);
    expect(predicted.usd).toBeCloseTo(machine + functions + orchestration, 6);
    expect(predicted.usd_on_spot).toBeCloseTo(machine + functions + orchestration - (1435 / 3600) * 0.8048 * 0.5, 6);
  });

  it("is nothing on a machine of one's own", () => {
    const own = predictCost({ seconds_by_step }, { ...prediction, target: "this-machine" });
    expect(own.usd).toBe(0);
    expect(own.steps.map(({ device }) => device)).toEqual(Object.keys(seconds_by_step).map(() => OWN_MACHINE));
  });

  it("never falls when a step takes longer, and is never dearer on spot", () => {
    const devices = fc.constantFrom(
      ...Object.keys(PRICES.ec2_hour),
      FARGATE_TASK,
      "lambda-x64-1769-10240",
      OWN_MACHINE,
    );
    const steps = fc.array(
      fc.record({ step: fc.string(), device: devices, seconds: fc.double({ min: 0, max: 1e6, noNaN: true }) }),
    );
    fc.assert(
      fc.property(steps, fc.double({ min: 0, max: 1, noNaN: true }), (list, spot_discount) => {
        const run = costOfRun({ steps: list, basis, spot_discount, transitions: 10 });
        const longer = list.map((step) => ({ ...step, seconds: step.seconds + 1 }));
        const more = costOfRun({ steps: longer, basis, spot_discount, transitions: 10 });
        expect(more.usd ?? -1).toBeGreaterThanOrEqual(run.usd ?? 0);
        expect(run.usd_on_spot ?? 0).toBeLessThanOrEqual((run.usd ?? 0) + 1e-9);
      }),
    );
  });

  it("refuses a discount or a time that can't be", () => {
    expect(() => cost("g5.xlarge", -1)).toThrow(RangeError);
    expect(() => cost("g5.xlarge", 1, 1.5)).toThrow(RangeError);
  });
});

describe("the devices that a prediction is made for", () => {
  it("measure on the target's kind, whatever the other functions are", () => {
    expect(deviceOfStep("measure", "lambda-x86-64", "g5.xlarge")).toMatch(/^lambda-x64-/);
    expect(deviceOfStep("prepare-data", "lambda-x86-64", "g5.xlarge")).toMatch(/^lambda-arm64-/);
    expect(
      Object.keys(FUNCTION_MEMORY_MB).every((step) => deviceOfStep(step, "this-machine", "x") === OWN_MACHINE),
    ).toBe(true);
  });
});
