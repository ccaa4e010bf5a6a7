// Keys and inputs of GPU tasks.
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { candidateOf } from "../../core/planner/shape.ts";
import type { PlanRecord } from "../../core/workflow/records/plan.ts";
import type { TrainingProfile } from "../../core/workflow/records/training.ts";
import { compressKey } from "../../lambdas/compress-key.ts";
import { fineTuneKey } from "../../lambdas/fine-tune-key.ts";
import { profileKey } from "../../lambdas/profile-key.ts";
import type { Services } from "../../lambdas/services.ts";
import candidateSchema from "../../schemas/candidate.schema.json" with { type: "json" };
import inputSchema from "../../schemas/task-input.schema.json" with { type: "json" };
import { folderServices, layStep } from "../fixtures/folder-services.ts";
import { profileOf } from "../fixtures/planner.ts";
import { madeUpPlan } from "../fixtures/report-model.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";

const isTaskInput = new Ajv2020({ schemas: [candidateSchema] }).compile(inputSchema);

async function lay(services: Services, change: Partial<PlanRecord> = {}) {
  const plan: PlanRecord = { ...madeUpPlan(), ...change };
  const task = { done: true, input: "", output: "", deadline_ms: "" };
  return {
    run: "r",
    map_concurrency: 1,
    deadline_ms: null,
    plan: await layStep(services, "plan", plan),
    data: await layStep(services, "prepare-data", {}),
    profile: { ...(await layStep(services, "profile", profileOf(4, 1))), ...task },
    teacher: { ...(await layStep(services, "fine-tune", {})), ...task },
    candidate: candidateOf({ input_size: 160, parameters_ratio: 0.5, macs_ratio: 1 }, 1, 9),
  };
}

function readInput(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(path, "utf8"));
}

describe("a GPU task's key", () => {
  it("comes with an input that the task's schema accepts, for each of the tasks", async () => {
    const services = folderServices(temporaryFolder());
    const payload = await lay(services);
    for (const pointer of [
      await profileKey(payload, services),
      await fineTuneKey(payload, services),
      await compressKey(payload, services),
    ]) {
      const input = readInput(pointer.input);
      isTaskInput(input);
      expect(isTaskInput.errors ?? []).toEqual([]);
      expect(input).toMatchObject({ step: pointer.step, key: pointer.key });
      expect(pointer).toMatchObject({ done: false, deadline_ms: "" });
    }
  });

  it("stays the same for the next attempt, which has an input of its own", async () => {
    const services = folderServices(temporaryFolder());
    const payload = await lay(services);
    const [first, second] = [await fineTuneKey(payload, services), await fineTuneKey(payload, services)];
    expect(second.key).toBe(first.key);
    expect(readInput(first.input).attempt).not.toBe(readInput(second.input).attempt);
  });

  it("holds how many machines train as one, where that is more than one", async () => {
    const counts = { ...madeUpPlan().counts, train: [15_000, 15_000] };
    const keysWith = async (task_nodes_max?: number) => {
      const home = folderServices(temporaryFolder());
      const services = task_nodes_max === undefined ? home : { ...home, task_nodes_max };
      const payload = await lay(services, { counts });
      return [await fineTuneKey(payload, services), await compressKey(payload, services)];
    };
    const [laptop, one, four] = [await keysWith(), await keysWith(1), await keysWith(4)];
    expect([laptop, one, four].map((pointers) => pointers.map(({ nodes }) => nodes))).toEqual([
      [1, 1],
      [1, 1],
      [2, 2],
    ]);
    expect(one.map(({ key }) => key)).toEqual(laptop.map(({ key }) => key));
    for (const [at, { key }] of four.entries()) expect(key).not.toBe(one[at]!.key);
  });

  it("is done, with no input, where the step is finished", async () => {
    const services = folderServices(temporaryFolder());
    const payload = await lay(services);
    const pointer = await fineTuneKey(payload, services);
    await (await services.files.begin(pointer)).commit();
    expect(await fineTuneKey(payload, services)).toMatchObject({ key: pointer.key, done: true, input: "" });
  });

  it("does not depend on where the store or the weights lie, on the deadline, the job's name or its size budget", async () => {
    const weights = (path: string) => ({ kind: "file", path, sha256: "a".repeat(64) }) as const;
    const keyOf = async (path: string, change: Partial<PlanRecord>, deadline_ms: number | null) => {
      const services = folderServices(temporaryFolder());
      const { backbone } = madeUpPlan();
      const payload = await lay(services, { ...change, backbone: { ...backbone, weights: weights(path) } });
      return (await fineTuneKey({ ...payload, deadline_ms }, services)).key;
    };
    const key = await keyOf("/a/w.safetensors", {}, null);
    expect(await keyOf("/b/w.safetensors", { job_name: "other", budget: { size_bytes: 1 } }, 99)).toBe(key);
  });

  it("depends on seed, threads, classes and the versions of what trains", async () => {
    const keyOf = async (change: Partial<PlanRecord>, versions: Readonly<Record<string, string>> = {}) => {
      const services = folderServices(temporaryFolder());
      const task_machine = { ...services.task_machine, versions };
      return (await fineTuneKey(await lay(services, change), { ...services, task_machine })).key;
    };
    const keys = [
      await keyOf({}),
      await keyOf({ seed: 5 }),
      await keyOf({ threads: 7 }),
      await keyOf({ classes: ["x", "y"] }),
      await keyOf({}, { torch: "9" }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    expect(await keyOf({}, { unrelated: "9" })).toBe(keys[0]);
  });

  it("depends on the device of the profile, which the input hands on, and on nothing else of its machine", async () => {
    const services = folderServices(temporaryFolder());
    const payload = await lay(services);
    const on = async (change: Partial<TrainingProfile>) => {
      const profile = await layStep(services, "profile", { ...profileOf(4, 1), ...change });
      const measured = { ...payload, profile: { ...payload.profile, ...profile } };
      return [await fineTuneKey(measured, services), await compressKey(measured, services)] as const;
    };
    const [cpu, cuda, another] = [await on({}), await on({ device: "cuda" }), await on({ machine: "another" })];
    for (const at of [0, 1] as const) {
      expect(cuda[at].key).not.toBe(cpu[at].key);
      expect(another[at].key).toBe(cpu[at].key);
      expect(readInput(cpu[at].input)).toMatchObject({ parameters: { device: "cpu" } });
      expect(readInput(cuda[at].input)).toMatchObject({ parameters: { device: "cuda" } });
    }
  });

  it("is that of the profile that was passed in, which counts as done", async () => {
    const services = folderServices(temporaryFolder());
    const given_profile = { step: "profile", key: "given" };
    expect(await profileKey({ ...(await lay(services)), given_profile }, services)).toMatchObject({
      ...given_profile,
      done: true,
    });
  });

  it("hands on the deadline in whole milliseconds", async () => {
    const services = folderServices(temporaryFolder());
    const payload = { ...(await lay(services)), deadline_ms: 17.4 };
    expect((await fineTuneKey(payload, services)).deadline_ms).toBe("17");
  });

  it("leaves time after a candidate's training to certify what is there", async () => {
    const services = folderServices(temporaryFolder());
    const payload = await lay(services);
    const handed = Number((await compressKey({ ...payload, deadline_ms: 600_000 }, services)).deadline_ms);
    expect(handed).toBeGreaterThan(500_000);
    expect(handed).toBeLessThan(600_000 - 20_000);
  });
});
