// A promise of money is held before training is begun and before another rung, where something has a price.
import { describe, expect, it } from "vitest";
import { DecantError } from "../../core/errors/problem.ts";
import type { RunPayload } from "../../core/workflow/payload.ts";
import type { PlanRecord } from "../../core/workflow/records/plan.ts";
import { writeRunJob } from "../../lambdas/run-job.ts";
import type { Services } from "../../lambdas/services.ts";
import { holdPrediction, moneyLeft } from "../../lambdas/spend.ts";
import { folderServices, layStep } from "../fixtures/folder-services.ts";
import { profileOf } from "../fixtures/planner.ts";
import { MADE_UP_JOB, madeUpPlan } from "../fixtures/report-model.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";

const profile = profileOf(4, 1);

function planFor(spend_usd: number, device = "lambda-arm64"): PlanRecord {
  return { ...madeUpPlan(), target: { device, threads: 1 }, budget: { spend_usd, time_s: 600 } };
}

function cloudServices(): Services {
  const services = folderServices(temporaryFolder());
  const task_machine = { ...services.task_machine, cpu_model: "AWS Batch, gpu" };
  return { ...services, task_machine, billed: { device: "lambda-arm64-1024-512", region: "us-east-1" } };
}

describe("before training", () => {
  it("a run that is predicted to cost more than promised ends as Spend, saying both figures", () => {
    const services = cloudServices();
    expect(() => holdPrediction(planFor(0.05), profile, services)).toThrow(DecantError);
    try {
      holdPrediction(planFor(0.05), profile, services);
    } catch (error) {
      expect(error).toMatchObject({ code: "Spend", problems: [{ where: "/budget/spend" }] });
      expect(String(error)).toMatch(/at most 0\.050 USD.*up to 0\.\d{3} USD on g5\.2xlarge/);
    }
  });

  it("goes on where the promise is enough, where none was made, and on a machine without a price", () => {
    const services = cloudServices();
    const { spend_usd: _, ...unpromised } = planFor(1).budget;
    holdPrediction(planFor(2), profile, services);
    holdPrediction({ ...planFor(1), budget: unpromised }, profile, services);
    holdPrediction(planFor(0.0001, "this-machine"), profile, services);
  });
});

describe("before another rung", () => {
  async function afterTraining(seconds: number, spend_usd: number, finished_ms = 5000) {
    const services = cloudServices();
    await writeRunJob(services, "r", { job: MADE_UP_JOB, folder: "/x", clock: { started_ms: 1000, idle_ms: 0 } });
    const usage = JSON.stringify({ device: "g5.xlarge", seconds, finished_ms });
    const teacher = await layStep(services, "fine-tune", {}, { "usage.json": usage });
    const payload = { run: "r", map_concurrency: 1, deadline_ms: null, teacher } as unknown as RunPayload;
    return moneyLeft(payload, planFor(spend_usd), undefined, services);
  }

  it("money is used up when the steps have cost it", async () => {
    // an hour of g5.xlarge costs 1.02 USD
    expect(await afterTraining(3600, 1)).toMatchObject({ used_up: true });
    expect(await afterTraining(3600, 1.1)).toMatchObject({ used_up: false });
  });

  it("a rung is allowed where what is left pays for it on the dearest machine", async () => {
    const left = await afterTraining(3600, 2); // 0.98 USD left; an hour of g5.2xlarge costs 1.23
    expect(left.allows(1200)).toBe(true);
    expect(left.allows(3600)).toBe(false);
  });

  it("what an earlier run had finished costs this one nothing", async () => {
    expect(await afterTraining(3600, 1, 500)).toMatchObject({ used_up: false });
  });

  it("nothing is held on a machine without a price", async () => {
    const services = cloudServices();
    const payload = { run: "r" } as unknown as RunPayload;
    const left = await moneyLeft(payload, planFor(0, "this-machine"), undefined, services);
    expect([left.used_up, left.allows(1e9)]).toEqual([false, true]);
  });
});
