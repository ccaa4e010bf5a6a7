// Random budgets are the same whichever came before, valid in a job, and end as kept only where nothing was broken.
import { describe, expect, it } from "vitest";
import { countFates, fateOf } from "../../../bench/budgets/outcome.ts";
import { randomBudget } from "../../../bench/budgets/random-budget.ts";
import { parseJob } from "../../../core/job/parse-job.ts";

const passed = { promise: "size", verdict: "passed", reason: "" };
const failed = { promise: "latency-p95", verdict: "failed", reason: "slower" };
const unmeasured = { promise: "time", verdict: "not-measured", reason: "of the run" };

describe("a random budget", () => {
  it("depends on seed and number alone", () => {
    expect(randomBudget(3, 7)).toEqual(randomBudget(3, 7));
    expect(randomBudget(3, 7)).not.toEqual(randomBudget(3, 8));
  });

  it("has a time and at least one more promise, and reads as a job's budget", () => {
    for (let at = 0; at < 100; at += 1) {
      const budget = randomBudget(0, at);
      expect(Object.keys(budget).length).toBeGreaterThanOrEqual(2);
      const entries = Object.entries(budget).map(([key, value]) => `${key}: ${value}`);
      const text = [
        "version: 1",
        "name: budget",
        "task: image-classification",
        "data: { source: ./data }",
        "target: { device: this-machine, threads: 1 }",
        `budget: { ${entries.join(", ")} }`,
      ];
      expect(parseJob(text.join("\n"), "budget.yaml")).toHaveProperty("job");
    }
  });
});

describe("the fate of a budget", () => {
  it("is kept where neither the report nor the second measurement broke a promise", () => {
    const ran = { status: "succeeded", reason: "kept", promises: [passed], verified: [passed, unmeasured] };
    expect(fateOf({ ...ran, verify_exit_code: 0 })).toBe("kept");
    expect(fateOf({ ...ran, verified: [failed], verify_exit_code: 3 })).toBe("broken");
    expect(fateOf({ ...ran, promises: [failed], verify_exit_code: 0 })).toBe("broken");
  });

  it("is refused where the run gave a reason, and failed where it gave none or ended otherwise", () => {
    expect(fateOf({ status: "infeasible", reason: "no file is as small" })).toBe("refused");
    expect(fateOf({ status: "stopped", reason: "the time ran out" })).toBe("refused");
    expect(fateOf({ status: "stopped", reason: " " })).toBe("failed");
    expect(fateOf({ status: "invalid", reason: "no such file" })).toBe("failed");
    expect(fateOf({ status: "succeeded", reason: "kept" })).toBe("failed");
  });

  it("is counted", () => {
    const outcome = { at: 0, budget: {}, status: "", seconds: 1, cpu_model: "a CPU", reason: "" };
    const fates = (["kept", "kept", "broken"] as const).map((fate) => ({ ...outcome, fate }));
    expect(countFates(fates)).toEqual({ kept: 2, refused: 0, broken: 1, failed: 0 });
  });
});
