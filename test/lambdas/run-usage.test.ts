// A run's usage comes from the steps themselves, each counted once.
import { describe, expect, it } from "vitest";
import type { RunPayload } from "../../core/workflow/payload.ts";
import type { Decision } from "../../core/workflow/records/measurement.ts";
import { runStep } from "../../lambdas/run-step.ts";
import { readUsage, stepsOf } from "../../lambdas/run-usage.ts";
import { folderServices, layStep } from "../fixtures/folder-services.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";

describe("the steps of a run", () => {
  const pointer = (step: string, key: string) => ({ step, key });
  // As the Map answers: a candidate that got through, one whose training failed, one that failed before it.
  const results = [
    { compressed: { ...pointer("compress", "c2"), input: "x/input-t2.json" }, quantized: pointer("quantize", "q2") },
    { compressed: { ...pointer("compress", "c3"), input: "x/input-t3.json" }, error: { Error: "Deadline" } },
    { compressed: null, error: { Error: "Deadline" } },
  ];
  const payload = { plan: pointer("plan", "p"), profile: pointer("profile", "f"), results } as unknown as RunPayload;
  const point = (key: string) => ({ compress_key: `c${key}`, quantize_key: `q${key}`, measure_key: `m${key}` });
  const rejected = [{ candidate_id: "early", compress: { key: "c0", attempt: "t0" } }, { candidate_id: "none" }];
  const decision = { points: [point("1"), point("1"), point("2")], rejected } as unknown as Decision;
  const keys = (list: readonly { readonly key: string }[]) => list.map(({ key }) => key).sort();

  it("are those of every rung, each once, with candidates that gave no point", () => {
    expect(keys(stepsOf(payload, decision))).toEqual(["c0", "c1", "c2", "c3", "f", "m1", "m2", "p", "q1", "q2"]);
    expect(keys(stepsOf(payload, undefined))).toEqual(["c2", "c3", "f", "p", "q2"]);
  });

  it("know which attempt failed, in this rung and in earlier ones", () => {
    const attempts = Object.fromEntries(stepsOf(payload, decision).map(({ key, attempt }) => [key, attempt]));
    expect(attempts).toMatchObject({ c0: "t0", c3: "t3" });
    expect(attempts.c1).toBeUndefined();
  });

  it("leave out a profile that was given, which this run did not measure", () => {
    const given = { ...payload, given_profile: pointer("profile", "f") };
    expect(keys(stepsOf(given, undefined))).not.toContain("f");
  });
});

describe("usage", () => {
  it("is what runStep noted: seconds, the device it is paid for, and when it ended", async () => {
    let now_ms = 10_000;
    const services = { ...folderServices(temporaryFolder()), now: () => now_ms };
    const billed = { device: "lambda-arm64-1024-512", region: "us-east-1" };
    const request = { step: "plan" as const, upstream: [], slice: 1, environment: {} };
    const { pointer } = await runStep({ ...services, billed }, request, async () => {
      now_ms += 2500;
      return {};
    });
    const expected = { step: "plan", device: "lambda-arm64-1024-512", seconds: 2.5, finished_ms: 12_500 };
    expect(await readUsage(services.store, [pointer], 9000)).toEqual([{ ...expected, kept: false }]);
    expect(await readUsage(services.store, [pointer], 13_000)).toEqual([{ ...expected, kept: true }]);
  });

  it("is no part of the step's key, and not taken again when the step is found finished", async () => {
    let now_ms = 0;
    const services = { ...folderServices(temporaryFolder()), now: () => now_ms };
    const request = { step: "plan" as const, upstream: [], slice: 1, environment: {} };
    const first = await runStep(services, request, async () => ({}));
    now_ms = 99_000;
    const again = await runStep(services, request, async () => ({}));
    expect(again.pointer).toEqual(first.pointer);
    expect(await readUsage(services.store, [again.pointer], 0)).toMatchObject([
      { finished_ms: 0, device: "this-machine" },
    ]);
  });

  it("of a training that failed is what it noted beside its error, and nothing once the step is finished", async () => {
    const services = folderServices(temporaryFolder());
    const noted = { device: "g5.xlarge", seconds: 2400, finished_ms: 5000 };
    const failed = { step: "compress", key: "c".repeat(64), attempt: "t1" };
    const path = `steps/compress/${failed.key}/usage-t1.json`;
    await services.store.putIfAbsent(path, new TextEncoder().encode(JSON.stringify(noted)));
    expect(await readUsage(services.store, [failed], 1000)).toEqual([{ step: "compress", ...noted, kept: false }]);
    const { attempt: _, ...silent } = failed;
    expect(await readUsage(services.store, [silent], 1000)).toEqual([]);
    const done = await layStep(services, "compress", {}, { "usage.json": JSON.stringify({ ...noted, seconds: 60 }) });
    expect(await readUsage(services.store, [{ ...done, attempt: "t1" }], 1000)).toMatchObject([{ seconds: 60 }]);
  });

  it("is left out for a step that noted none, or that is not there", async () => {
    const services = folderServices(temporaryFolder());
    const silent = await layStep(services, "plan", {});
    expect(await readUsage(services.store, [silent, { step: "plan", key: "0".repeat(64) }], 0)).toEqual([]);
  });
});
