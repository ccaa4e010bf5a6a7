// Every target keeps the same contract.
import { describe, expect, it } from "vitest";
import { measurableTarget, TARGETS, targetOf } from "../../../core/targets/list.ts";
import { madeUpInputs } from "../../fixtures/report-model.ts";

const machine = madeUpInputs().measured!.machine;

describe.each(TARGETS)("the target $key", (target) => {
  it("is found by its key and described", () => {
    expect(targetOf(target.key)).toBe(target);
    expect(target.key).toMatch(/^[a-z0-9-]+$/);
    expect(target.description.length).toBeGreaterThan(0);
  });

  it("is measurable here, or says why not", () => {
    const answer = target.measurableOn(machine);
    if (!answer.measurable) expect(answer.reason).toContain(target.key);
    expect(measurableTarget(target.key, machine)).toEqual(answer);
  });

  it("limits threads to at least one, or not at all", () => {
    expect(target.threads_max ?? 1).toBeGreaterThanOrEqual(1);
    expect(target.architectures?.length ?? 1).toBeGreaterThanOrEqual(1);
  });
});

describe("targets", () => {
  it("have unique keys in alphabetical order", () => {
    const keys = TARGETS.map(({ key }) => key);
    expect(keys).toEqual([...new Set(keys)].sort());
  });

  it("are measured on this machine only where the job says so", () => {
    expect(measurableTarget("this-machine", machine)).toEqual({ measurable: true });
    expect(measurableTarget("lambda-arm64", machine).measurable).toBe(false);
  });

  it("of Lambda are measured by a function of that architecture, and by no other", () => {
    const on = (architecture: string) => ({ ...machine, os: "AWS Lambda, 1769 MB, Linux 6.1", architecture });
    expect(measurableTarget("lambda-arm64", on("arm64"))).toEqual({ measurable: true });
    expect(measurableTarget("lambda-arm64", on("x64")).measurable).toBe(false);
    expect(measurableTarget("lambda-x86-64", on("x64"))).toEqual({ measurable: true });
    expect(measurableTarget("lambda-x86-64", on("arm64")).measurable).toBe(false);
  });

  it("refuse an unknown device with the known ones", () => {
    expect(measurableTarget("phone", machine)).toMatchObject({
      measurable: false,
      reason: "expected a target device of lambda-arm64, lambda-x86-64, this-machine, got phone",
    });
  });
});
