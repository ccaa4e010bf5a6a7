// Plan, over a real store and real files.
import { mkdirSync, readFileSync, realpathSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { sharp } from "../../adapters/image-decoder/libvips.ts";
import { loadJob } from "../../cli/load-job.ts";
import { parseManifestRows } from "../../core/prepared-data/manifest-rows.ts";
import type { PlanRecord } from "../../core/workflow/records/plan.ts";
import { plan } from "../../lambdas/plan.ts";
import { readData } from "../../lambdas/read-data.ts";
import { readRunJob, writeRunJob } from "../../lambdas/run-job.ts";
import { readOutput } from "../../lambdas/run-step.ts";
import schema from "../../schemas/plan.schema.json" with { type: "json" };
import { folderServices } from "../fixtures/folder-services.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";

const JOB =
  "version: 1\nname: dots\ntask: image-classification\ndata: {source: ./dots}\ntarget: {device: this-machine}\nbudget: {size: 1 MB}\n";

/** 25 small pictures of each of two colours beside a job file. */
async function dots(extra = ""): Promise<string> {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "decant.yaml"), JOB + extra);
  for (const label of ["red", "blue"]) {
    mkdirSync(join(folder, "dots", label), { recursive: true });
    for (let at = 0; at < 25; at += 1) {
      const colour = label === "red" ? { r: 200 + at, g: at, b: 0 } : { r: 0, g: at, b: 200 + at };
      const image = sharp({ create: { width: 40, height: 32, channels: 3, background: colour } });
      await image.png().toFile(join(folder, "dots", label, `${at}.png`));
    }
  }
  return folder;
}

async function planIn(folder: string, store = temporaryFolder()) {
  const services = folderServices(store);
  const loaded = await loadJob(join(folder, "decant.yaml"), ["this-machine"]);
  await writeRunJob(services, "run", loaded);
  const pointer = await plan({ run: "run" }, services);
  const record = await readOutput<PlanRecord>(services, pointer);
  const step = await services.files.folderOf(pointer);
  return {
    services,
    pointer,
    record,
    step,
    rows: parseManifestRows(readFileSync(join(step, "manifest.jsonl"), "utf8")),
  };
}

describe("the plan step", () => {
  it("writes a plan that satisfies its schema, and a manifest", async () => {
    const { record, step, rows } = await planIn(await dots());
    const validate = new Ajv2020({ allErrors: true }).compile(schema);
    validate(record);
    expect(validate.errors).toBeNull();
    expect(JSON.parse(readFileSync(join(step, "plan.json"), "utf8"))).toEqual(record);
    expect(record).toMatchObject({
      classes: ["blue", "red"],
      budget: { size_bytes: 1_000_000 },
      input_sizes: [224, 64],
      backbone: { architecture: "tf_efficientnet_lite0" },
    });
    expect(rows).toHaveLength(50);
    for (const label of [0, 1]) {
      expect(record.counts.test[label]).toBeGreaterThanOrEqual(5);
      expect(record.counts.validation[label]).toBeGreaterThanOrEqual(5);
    }
  });

  it("has the same key wherever job and store lie, and another one for other names or another budget", async () => {
    const folder = await dots();
    const { pointer, record } = await planIn(folder);
    expect((await planIn(await dots())).pointer).toEqual(pointer);
    expect((await planIn(await dots("seed: 3\n"))).pointer).not.toEqual(pointer);
    renameSync(join(folder, "dots/red/0.png"), join(folder, "dots/red/zero.png"));
    const renamed = await planIn(folder);
    expect(renamed.pointer).not.toEqual(pointer);
    expect(renamed.record.manifest_hash).toBe(record.manifest_hash);
  });

  it("never moves a sample when data is added, thanks to what it recorded", async () => {
    const folder = await dots();
    const store = temporaryFolder();
    const before = await planIn(folder, store);
    for (let at = 0; at < 10; at += 1) {
      const image = sharp({ create: { width: 32, height: 32, channels: 3, background: { r: 255, g: 255, b: at } } });
      await image.png().toFile(join(folder, "dots/red", `0-new-${at}.png`));
    }
    const after = await planIn(folder, store);
    const splits = new Map(after.rows.map(({ path, split }) => [path, split]));
    expect(after.rows).toHaveLength(60);
    for (const { path, split } of before.rows) expect(splits.get(path)).toBe(split);
  });

  it("leaves out empty files and copies, and counts them", async () => {
    const folder = await dots();
    const bytes = readFileSync(join(folder, "dots/red/0.png"));
    writeFileSync(join(folder, "dots/red/copy.png"), bytes);
    writeFileSync(join(folder, "dots/red/empty.png"), "");
    writeFileSync(join(folder, "dots/red/twice.png"), readFileSync(join(folder, "dots/blue/0.png")));
    writeFileSync(join(folder, "dots/notes.txt"), "x");
    const { record } = await planIn(folder);
    expect(record.left_out.map(({ path, reason }) => `${path} ${reason}`).sort()).toEqual([
      "blue/0.png contradictory-label",
      "notes.txt unsupported",
      "red/copy.png duplicate",
      "red/empty.png corrupt",
      "red/twice.png contradictory-label",
    ]);
  });

  it("takes weights from a file, by content", async () => {
    const folder = await dots('model: {teacher: "file:w.safetensors", architecture: resnet18}\n');
    await expect(planIn(folder)).rejects.toMatchObject({ code: "InvalidJob", problems: [{ where: "/model/teacher" }] });
    writeFileSync(join(folder, "w.safetensors"), "weights");
    const { record } = await planIn(folder);
    expect(record.backbone).toMatchObject({
      architecture: "resnet18",
      weights: { kind: "file", path: join(folder, "w.safetensors") },
    });
  });

  it("of a job in a bucket has data and weights from there, and the key of the same data on a disk", async () => {
    const folder = await dots();
    const { record, pointer } = await planIn(folder);
    const asked: string[] = [];
    const services = {
      ...folderServices(temporaryFolder()),
      fetchData: async (address: string) => {
        asked.push(address);
        return { root: realpathSync(join(folder, "dots")) };
      },
      hashObject: async (address: string) => (address.endsWith("/w.safetensors") ? "0".repeat(64) : undefined),
    };
    const { job } = await loadJob(join(folder, "decant.yaml"));
    const planOf = async (changed: typeof job) => {
      await writeRunJob(services, "run", { job: changed, folder: "s3://inbox/jobs/" });
      return plan({ run: "run" }, services);
    };
    expect(await planOf(job)).toEqual(pointer);
    expect(asked).toEqual(["s3://inbox/jobs/dots"]);

    const weighted = (teacher: string) => ({ ...job, model: { ...job.model, teacher, architecture: "resnet18" } });
    const found = await readOutput<PlanRecord>(services, await planOf(weighted("file:../w.safetensors")));
    const weights = { kind: "file", path: "s3://inbox/w.safetensors", sha256: "0".repeat(64) };
    expect(found).toEqual({ ...record, backbone: { ...found.backbone, architecture: "resnet18", weights } });
    const absent = planOf(weighted("s3://other/none.safetensors"));
    await expect(absent).rejects.toMatchObject({ code: "InvalidJob", problems: [{ where: "/model/teacher" }] });
  });
});

describe("reading data", () => {
  it("only looks when it may not keep anything", async () => {
    const folder = await dots();
    const services = folderServices(temporaryFolder());
    const { job } = await loadJob(join(folder, "decant.yaml"));
    await readData(services, job, folder, { keep: false });
    for await (const path of services.store.list("")) expect.fail(`${path} was written`);
  });

  it("records the splits of two runs at once without losing either's", async () => {
    const folder = await dots();
    const services = folderServices(temporaryFolder());
    const { job } = await loadJob(join(folder, "decant.yaml"));
    const both = await Promise.all([readData(services, job, folder), readData(services, job, folder)]);
    expect(both[0]?.manifest.manifest_hash).toBe(both[1]?.manifest.manifest_hash);
  });

  it("refuses recorded splits that were damaged, and never overwrites them", async () => {
    const folder = await dots();
    const services = folderServices(temporaryFolder());
    const { job } = await loadJob(join(folder, "decant.yaml"));
    await services.store.putIfAbsent("aliases/dots/splits.json", new TextEncoder().encode("{}"));
    await expect(readData(services, job, folder)).rejects.toMatchObject({ code: "StoreFailed" });
    const kept = await services.store.get("aliases/dots/splits.json");
    expect(new TextDecoder().decode(kept!.bytes)).toBe("{}");
  });

  it("tells all that is wrong with the data at once", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "dots/a"), { recursive: true });
    writeFileSync(join(folder, "dots/loose.png"), "x");
    writeFileSync(join(folder, "dots/a/1.png"), "y");
    writeFileSync(join(folder, "decant.yaml"), JOB);
    const { job } = await loadJob(join(folder, "decant.yaml"));
    await expect(readData(folderServices(temporaryFolder()), job, folder)).rejects.toMatchObject({
      code: "InvalidData",
      problems: [
        { message: expect.stringContaining("folder named after its class") },
        { message: expect.stringContaining("at least two classes") },
        { message: expect.stringContaining("at least 5 different images") },
      ],
    });
  });
});

describe("a run's job", () => {
  it("is read as it was written", async () => {
    const services = folderServices(temporaryFolder());
    const { job } = await loadJob(join(await dots(), "decant.yaml"));
    await writeRunJob(services, "r", { job, folder: "/somewhere" });
    await writeRunJob(services, "r", { job, folder: "/elsewhere" });
    expect(await readRunJob(services, "r")).toEqual({ job, folder: "/elsewhere" });
  });

  it("is a clear error where there is none or it is damaged", async () => {
    const services = folderServices(temporaryFolder());
    await expect(readRunJob(services, "r")).rejects.toMatchObject({ code: "InvalidInput" });
    await services.store.putIfAbsent("runs/r/job.json", new TextEncoder().encode("{"));
    await expect(readRunJob(services, "r")).rejects.toMatchObject({ code: "StoreFailed" });
  });
});
