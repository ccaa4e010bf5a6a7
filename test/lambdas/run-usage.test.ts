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
  const results = [{ compressed: pointer("compress", "c2"), quantized: pointer("quantize", "q2") }];
  const payload = { plan: pointer("plan", "p"), profile: pointer("profile", "f"), results } as unknown as RunPayload;
  const point = (key: string) => ({ compress_key: `c${key}`, quantize_key: `q${key}`, measure_key: `m${key}` });
  const decision = { points: [point("1"), point("1"), point("2")] } as unknown as Decision;
  const keys = (list: readonly { readonly key: string }[]) => list.map(({ key }) => key).sort();

  it("are those of every rung, each once, with candidates that gave no point", () => {
    expect(keys(stepsOf(payload, decision))).toEqual(["c1", "c2", "f", "m1", "m2", "p", "q1", "q2"]);
    expect(keys(stepsOf(payload, undefined))).toEqual(["c2", "f", "p", "q2"]);
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

  it("is left out for a step that noted none, or that is not there", async () => {
    const services = folderServices(temporaryFolder());
    const silent = await layStep(services, "plan", {});
    expect(await readUsage(services.store, [silent, { step: "plan", key: "0".repeat(64) }], 0)).toEqual([]);
  });
});
