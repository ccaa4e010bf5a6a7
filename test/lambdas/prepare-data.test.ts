// The PrepareData handler over a real folder store: what it writes, when it is found again, and what it refuses.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openSplit } from "../../adapters/packed-arrays.ts";
import { USAGE_FILE } from "../../core/budget/usage.ts";
import { DecantError } from "../../core/errors/problem.ts";
import type { ShardLimits } from "../../core/prepared-data/shard-ranges.ts";
import type { StepPointer } from "../../core/store/store.ts";
import type { ManifestRow, PlanRecord, Split } from "../../core/workflow/records/plan.ts";
import type { PreparedData } from "../../core/workflow/records/prepared-data.ts";
import { listShards, SHARDS_MAX } from "../../lambdas/list-shards.ts";
import { prepareData } from "../../lambdas/prepare-data.ts";
import { prepareShard } from "../../lambdas/prepare-shard.ts";
import { readOutput } from "../../lambdas/run-step.ts";
import { readUsage, stepsOf } from "../../lambdas/run-usage.ts";
import type { ProgressEvent, Services } from "../../lambdas/services.ts";
import { draw } from "../adapters/image-decoder/sample-images.ts";
import { folderServices, layStep } from "../fixtures/folder-services.ts";

let folder: string;
let services: Services;
let events: ProgressEvent[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "decant-prepare-"));
  mkdirSync(join(folder, "job", "data"), { recursive: true });
  events = [];
  services = { ...folderServices(join(folder, "store")), progress: (event) => events.push(event) };
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Two classes, six training, two validation and two test images each, by the image's number. */
async function makeRows(): Promise<ManifestRow[]> {
  const rows: ManifestRow[] = [];
  for (let at = 0; at < 20; at += 1) {
    const split: Split = at < 12 ? "train" : at < 16 ? "validation" : "test";
    const bytes = await draw(30 + at, 40)
      .png()
      .toBuffer();
    const path = `${String(at).padStart(2, "0")}.png`;
    writeFileSync(join(folder, "job", "data", path), bytes);
    rows.push({ path, sha256: services.sha256(bytes), size_bytes: bytes.length, label: at % 2, split });
  }
  return rows;
}

/** Replaces an image by bytes that are none, in the manifest as well. */
function spoil(rows: readonly ManifestRow[], path: string): ManifestRow[] {
  const bytes = Buffer.from(`no image ${path}`);
  writeFileSync(join(folder, "job", "data", path), bytes);
  const spoilt = { sha256: services.sha256(bytes), size_bytes: bytes.length };
  return rows.map((row) => (row.path === path ? { ...row, ...spoilt } : row));
}

async function layPlan(rows: readonly ManifestRow[], changes: Partial<PlanRecord> = {}): Promise<StepPointer> {
  const content = rows.map(({ sha256, label, split }) => [sha256, label, split]);
  const plan: Partial<PlanRecord> = {
    classes: ["a", "b"],
    manifest_hash: services.sha256(JSON.stringify(content)),
    left_out: [{ path: "twice.png", reason: "duplicate", detail: "of 00.png" }],
    resize: "cover",
    input_sizes: [32, 24],
    crop_size: 36,
    ...changes,
  };
  const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  return layStep(services, "plan", plan, { "manifest.jsonl": lines });
}

async function openRun(jobFolder = join(folder, "job"), source = "./data"): Promise<string> {
  const job = { name: "test", data: { source } };
  const bytes = new TextEncoder().encode(JSON.stringify({ job, folder: jobFolder }));
  const name = services.sha256(bytes).slice(0, 12);
  await services.store.putIfAbsent(`runs/${name}/job.json`, bytes);
  return name;
}

async function run(plan: StepPointer, jobFolder = join(folder, "job"), source = "./data"): Promise<StepPointer> {
  const name = await openRun(jobFolder, source);
  return prepareData({ run: name, map_concurrency: 1, deadline_ms: null, plan }, services);
}

test("packs every split at every size, carries left-out files over and reports progress", async () => {
  const rows = spoil(await makeRows(), "13.png");
  const pointer = await run(await layPlan(rows));
  const data = await readOutput<PreparedData>(services, pointer);
  const stepFolder = await services.files.folderOf(pointer);
  expect(JSON.parse(readFileSync(join(stepFolder, "data.json"), "utf8"))).toEqual(data);
  expect([data.splits.train.count, data.splits.validation.count, data.splits.test.count]).toEqual([12, 3, 4]);
  expect(data.splits.validation.count_per_class).toEqual([2, 1]);
  expect(data.left_out.map(({ path, reason }) => [path, reason])).toEqual([
    ["twice.png", "duplicate"],
    ["13.png", "unsupported"],
  ]);
  const packed = openSplit(stepFolder, data, "validation", 24);
  expect(packed.samples.map(({ path }) => path)).toEqual(["12.png", "14.png", "15.png"]);
  packed.close();
  expect(readdirSync(stepFolder).toSorted()).toEqual([
    "data.json",
    "output.json",
    ...["24-0.npy", "32-0.npy", "labels.npy", "samples.jsonl"].map((name) => `test-${name}`),
    ...["24-0.npy", "32-0.npy", "crops-0.npy", "labels.npy", "samples.jsonl"].map((name) => `train-${name}`),
    USAGE_FILE,
    ...["24-0.npy", "32-0.npy", "labels.npy", "samples.jsonl"].map((name) => `validation-${name}`),
  ]);
  expect(events.at(-1)).toEqual({ step: "prepare-data", done: 20, total: 20 });
});

test("finds the same data again under another path and source, without reading it", async () => {
  const rows = await makeRows();
  const first = await run(await layPlan(rows));
  renameSync(join(folder, "job"), join(folder, "moved"));
  events.length = 0;
  const moved = rows.map((row) => ({ ...row, path: `data/${row.path}` }));
  expect(await run(await layPlan(moved), folder, "./moved")).toEqual(first);
  expect(events).toEqual([]);
});

test("is another step where new names change the order of samples", async () => {
  const rows = await makeRows();
  const changes = { manifest_hash: services.sha256("content alone") };
  const first = await run(await layPlan(rows, changes));
  renameSync(join(folder, "job", "data", "00.png"), join(folder, "job", "data", "99.png"));
  const renamed = [...rows.slice(1), { ...rows[0]!, path: "99.png" }];
  expect((await run(await layPlan(rows, { ...changes, job_name: "other" }))).key).toBe(first.key);
  expect((await run(await layPlan(renamed, { ...changes, job_name: "renamed" }))).key).not.toBe(first.key);
});

test("is another step where sizes, resize mode, crops or content differ", async () => {
  const rows = await makeRows();
  const keys = new Set<string>();
  for (const changes of [
    {},
    { input_sizes: [32] },
    { resize: "stretch" as const },
    { crop_size: 40 },
    { classes: ["a", "c"] },
  ]) {
    keys.add((await run(await layPlan(rows, changes))).key);
  }
  keys.add((await run(await layPlan(spoil(rows, "13.png")))).key);
  expect(keys.size).toBe(6);
});

test("a budget, a seed or a backbone makes no difference", async () => {
  const rows = await makeRows();
  const first = await run(await layPlan(rows));
  expect(await run(await layPlan(rows, { budget: { size_bytes: 1 }, seed: 7, job_name: "other" }))).toEqual(first);
});

test("refuses data of which too little can be decoded, and keeps nothing", async () => {
  let rows: readonly ManifestRow[] = await makeRows();
  for (const path of ["00.png", "02.png", "12.png", "13.png", "14.png", "15.png"]) rows = spoil(rows, path);
  const error = await run(await layPlan(rows)).catch((reason: unknown) => reason);
  if (!(error instanceof DecantError)) throw new Error("Expected a DecantError");
  expect(error.code).toBe("InvalidData");
  expect(error.problems.map(({ where }) => where)).toEqual(["class a", "validation split"]);
  for await (const path of services.store.list("steps/prepare-data/")) throw new Error(`Expected nothing, got ${path}`);
});

test("refuses a file that changed since it was planned with", async () => {
  const rows = await makeRows();
  const plan = await layPlan(rows);
  spoil(rows, "05.png");
  await expect(run(plan)).rejects.toMatchObject({ code: "InvalidData", problems: [{ where: "05.png" }] });
});

test("says where the data was expected when it is gone", async () => {
  const plan = await layPlan(await makeRows());
  await expect(run(plan, join(folder, "job"), "./elsewhere")).rejects.toThrow(/elsewhere can't be read/);
});

describe("data of several shards", () => {
  const LIMITS: ShardLimits = { samples: 7, size_bytes: 1e9 };

  /** Every file of the finished step. */
  async function filesOf(pointer: StepPointer): Promise<ReadonlyMap<string, string>> {
    const step = await services.files.folderOf(pointer);
    const names = readdirSync(step).filter((name) => name !== USAGE_FILE);
    return new Map(names.toSorted().map((name) => [name, readFileSync(join(step, name)).toString("latin1")]));
  }

  async function join3(plan: StepPointer, packed: readonly number[]): Promise<StepPointer> {
    const sharding = await listShards({ plan }, services, LIMITS);
    expect(sharding).toMatchObject({ sharded: true, shards: [{ first: 0 }, { first: 7 }, { first: 14, count: 6 }] });
    const name = await openRun();
    for (const at of packed) {
      const shard = sharding.shards[at]!;
      expect(await prepareShard({ run: name, plan, shard }, services)).toEqual({
        step: "prepare-shard",
        key: shard.key,
      });
    }
    return prepareData({ run: name, map_concurrency: 1, deadline_ms: null, plan, sharding }, services, LIMITS);
  }

  test("is the same step, to the last byte, joined from shards or packed in one piece", async () => {
    const plan = await layPlan(spoil(await makeRows(), "03.png"));
    const inOnePiece = services;
    const run = { run: await openRun(), map_concurrency: 1, deadline_ms: null, plan };
    const whole = await prepareData(run, inOnePiece, LIMITS);
    const wanted = await filesOf(whole);
    expect(wanted.has("train-crops-1.npy")).toBe(true);
    for (const [at, packed] of [[0, 1, 2], [1], []].entries()) {
      services = { ...folderServices(join(folder, `other-${at}`)), progress: () => undefined };
      const samePlan = await layPlan(spoil(await makeRows(), "03.png"));
      const joined = await join3(samePlan, packed);
      expect(joined).toEqual(whole);
      expect(await filesOf(joined)).toEqual(wanted);
    }
  });

  test("counts each shard's time among what the run used", async () => {
    const plan = await layPlan(await makeRows());
    const data = await join3(plan, [0, 1, 2]);
    const sharding = await listShards({ plan }, services, LIMITS);
    const payload = { run: "r", map_concurrency: 1, deadline_ms: null, plan, sharding, data };
    const usage = await readUsage(services.store, stepsOf(payload, undefined), 0);
    expect(usage.map(({ step }) => step).toSorted()).toEqual([
      "prepare-data",
      ...["prepare-shard", "prepare-shard", "prepare-shard"],
    ]);
    const { sharding: _, ...inOnePiece } = payload;
    expect(stepsOf(inOnePiece, undefined).map(({ step }) => step)).not.toContain("prepare-shard");
  });

  test("is packed shard by shard only once", async () => {
    const plan = await layPlan(await makeRows());
    const first = await join3(plan, [2, 0, 1]);
    events.length = 0;
    expect(await join3(plan, [0, 1, 2])).toEqual(first);
    expect(events).toEqual([]);
  });

  test("tells of every file that changed, of whichever shard", async () => {
    const rows = await makeRows();
    const plan = await layPlan(rows);
    spoil(rows, "01.png");
    spoil(rows, "15.png");
    const error = await join3(plan, []).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "InvalidData", problems: [{ where: "01.png" }, { where: "15.png" }] });
  });

  test("is not sharded below the limits", async () => {
    const plan = await layPlan(await makeRows());
    expect(await listShards({ plan }, services)).toMatchObject({ sharded: false, shards: [{ first: 0, count: 20 }] });
  });

  test("is refused where there would be too many shards", async () => {
    const plan = await layPlan(await makeRows());
    const limits = { samples: 1, size_bytes: 1 };
    expect((await listShards({ plan }, services, limits)).shards).toHaveLength(20);
    const many = Array.from({ length: SHARDS_MAX + 1 }, (_, at) => ({
      path: `${at}.png`,
      sha256: "0".repeat(64),
      size_bytes: 1,
      label: 0,
      split: "train" as const,
    }));
    await expect(listShards({ plan: await layPlan(many) }, services, limits)).rejects.toMatchObject({
      code: "InvalidData",
    });
  });
});

test("stops without a finished step", async () => {
  const controller = new AbortController();
  services = { ...services, signal: controller.signal };
  const plan = await layPlan(await makeRows());
  controller.abort();
  await expect(run(plan)).rejects.toMatchObject({ code: "Stopped" });
});
