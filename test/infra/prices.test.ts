// What is deployed is what predictions are priced with.
import { describe, expect, it } from "vitest";
import { priceOf } from "../../core/budget/billed-device.ts";
import { pricesIn } from "../../core/budget/prices.ts";
import { DEAREST_GPU_MACHINE, deviceOfStep, FARGATE_TASK } from "../../core/budget/step-devices.ts";
import { FARGATE_DEVICE } from "../../infra/compute/container.ts";
import { GPU_INSTANCE_TYPES, NODE_INSTANCE_TYPE } from "../../infra/compute/environments.ts";
import { stateFunctions } from "../../infra/functions/catalogue.ts";
import { hyphenated } from "../../infra/functions/entries.ts";

const basis = pricesIn("us-east-1");

describe("the price table", () => {
  it("has a price for every machine that a queue may start, of which one is the dearest", () => {
    const prices = [...GPU_INSTANCE_TYPES, NODE_INSTANCE_TYPE].map((type) => priceOf(type, basis)?.usd_per_second);
    expect(prices.every((price) => price !== undefined && price > 0)).toBe(true);
    expect(priceOf(DEAREST_GPU_MACHINE, basis)?.usd_per_second).toBe(Math.max(...prices.map((price) => price ?? 0)));
  });

  it("counts each of several machines", () => {
    const one = priceOf(NODE_INSTANCE_TYPE, basis)?.usd_per_second ?? 0;
    expect(priceOf(`3x${NODE_INSTANCE_TYPE}`, basis)?.usd_per_second).toBeCloseTo(3 * one, 12);
    expect(priceOf("3xunheard.of", basis)).toBeUndefined();
  });

  it("counts a Fargate task as large as the job definition makes it", () => {
    expect(FARGATE_TASK).toBe(FARGATE_DEVICE);
  });

  it.each(["Certify", "Measure", "PrepareData", "Quantize", "Report", "TimeLayers"])(
    "counts %s's functions as large as they are",
    (handler) => {
      const step = hyphenated(handler);
      const functions = stateFunctions().filter((spec) => spec.handler === handler);
      expect(functions.length).toBeGreaterThan(0);
      for (const { architecture, memory_mb, storage_mb } of functions) {
        const target = architecture === "x64" ? "lambda-x86-64" : "lambda-arm64";
        expect(deviceOfStep(step, target, "g5.xlarge")).toBe(`lambda-${architecture}-${memory_mb}-${storage_mb}`);
      }
    },
  );
});
