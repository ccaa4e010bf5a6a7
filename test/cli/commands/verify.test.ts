// decant verify over a published artifact: hashes, promises, exit codes.
import { createHash } from "node:crypto";
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { sharp } from "../../../adapters/image-decoder/libvips.ts";
import { registerVerify } from "../../../cli/commands/verify.ts";
import { labelsText } from "../../../core/artifact/labels.ts";
import { publish } from "../../../lambdas/publish.ts";
import { report } from "../../../lambdas/report.ts";
import { COLOURS } from "../../fixtures/colour-model.ts";
import { folderServices } from "../../fixtures/folder-services.ts";
import { layRun } from "../../fixtures/report-run.ts";

let root: string;
let artifact: string;
let printed: string;
let before: typeof process.exitCode;

beforeEach(async () => {
  before = process.exitCode;
  root = await mkdtemp(join(tmpdir(), "decant-verify-"));
  const services = folderServices(root);
  const payload = await layRun(services, "kept");
  artifact = (await publish({ ...payload, report: await report(payload, services) }, services)).location;
  printed = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += text;
    return true;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  process.exitCode = before;
  await rm(root, { recursive: true, force: true });
});

async function verify(...args: string[]): Promise<void> {
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  registerVerify(program);
  await program.parseAsync(["verify", artifact, ...args], { from: "user" });
}

describe("decant verify", () => {
  it("shows every promise, warns of what it can't measure, and ends with 0", async () => {
    await verify();
    expect(printed).toContain("every file has the hash of its manifest");
    expect(printed).toMatch(/kept {10}size/);
    expect(printed).toMatch(/not measured {2}latency-p95 {4}it was promised for Made-up CPU/);
    expect(printed).toContain("Warning: not every promise could be measured here.");
    expect(printed).toMatch(/portability: 0 of \d+ pairs of int8 weights can overflow .*, as the report says/);
    expect(process.exitCode).toBe(before);
  });

  it("ends with 3 under --strict, where something could not be measured", async () => {
    await verify("--strict");
    expect(process.exitCode).toBe(3);
  });

  it("ends with 3 where the file is larger than promised", async () => {
    await rewrite("report.json", (text) => {
      const model = JSON.parse(text);
      const promises = model.promises.map((made: { promise: string }) =>
        made.promise === "size" ? { ...made, promised: 10 } : made,
      );
      return JSON.stringify({ ...model, promises });
    });
    await verify("--json");
    expect(JSON.parse(printed).promises[0]).toMatchObject({ promise: "size", verdict: "failed" });
    expect(process.exitCode).toBe(3);
  });

  it("names every file whose hash is wrong, and measures nothing", async () => {
    await appendFile(join(artifact, "model.onnx"), "x");
    await unlink(join(artifact, "labels.txt"));
    await writeFile(join(artifact, "stranger.txt"), "");
    await expect(verify()).rejects.toMatchObject({
      code: "InvalidInput",
      problems: [{ where: "labels.txt" }, { where: "model.onnx" }, { where: "stranger.txt" }],
    });
    expect(printed).toBe("");
  });

  it("measures accuracy on labelled images, and says that they are not the recorded ones", async () => {
    await rewrite("labels.txt", () => labelsText(COLOURS));
    await layImages(join(root, "pictures"), COLOURS);
    await verify("--data", join(root, "pictures"), "--json");
    const { accuracy, promises } = JSON.parse(printed);
    expect(accuracy).toMatchObject({ top1: { count: 6, n: 6 }, as_recorded: false, part: "all", refused: [] });
    const drop = promises.find(({ promise }: { promise: string }) => promise === "accuracy-drop");
    expect(drop).toMatchObject({ verdict: "not-measured", reason: expect.stringContaining("100.0 % of 6") });
  });

  it("tells the recorded test images, among others too, from as many other images", async () => {
    await rewrite("labels.txt", () => labelsText(COLOURS));
    await layImages(join(root, "pictures"), COLOURS, [40, 50]);
    await layImages(join(root, "others"), COLOURS, [60, 70]);
    const recorded = await hashesIn(join(root, "pictures"));
    await rewrite("report.json", (text) => {
      const model = JSON.parse(text);
      model.data.classes = COLOURS;
      model.data.counts.test = COLOURS.map(() => 2);
      Object.assign(model.provenance.data, { test_digest: sha256(recorded.join("\n")), test_sha256: recorded });
      return JSON.stringify(model);
    });
    const accuracyOn = async (folder: string) => {
      printed = "";
      await verify("--data", join(root, folder), "--json");
      return JSON.parse(printed).accuracy;
    };
    expect(await accuracyOn("others")).toMatchObject({ top1: { n: 6 }, as_recorded: false, part: "all" });
    expect(await accuracyOn("pictures")).toMatchObject({ top1: { n: 6 }, as_recorded: true });
    await layImages(join(root, "pictures"), COLOURS, [80, 90, 100]);
    expect(await accuracyOn("pictures")).toMatchObject({ top1: { n: 6 }, as_recorded: true, part: "test" });
  });

  it("refuses a folder that is no artifact, and labels that the artifact does not know", async () => {
    await layImages(join(root, "animals"), ["cat", "dog"]);
    await expect(verify("--data", join(root, "animals"))).rejects.toThrow("expected the artifact's classes");
    artifact = root;
    await expect(verify()).rejects.toThrow("name the folder that decant run printed");
  });
});

const sha256 = (bytes: string | Uint8Array) => createHash("sha256").update(bytes).digest("hex");

async function hashesIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".png"));
  return (await Promise.all(names.map(async (name) => sha256(await readFile(join(folder, name)))))).toSorted();
}

/** Pictures of these sides for each class: red, green and blue by position. */
async function layImages(folder: string, classes: readonly string[], sides = [40, 50]): Promise<void> {
  const backgrounds = ["#f01010", "#10f010", "#1010f0"];
  for (const [at, name] of classes.entries()) {
    await mkdir(join(folder, name), { recursive: true });
    for (const size of sides) {
      const create = { width: size, height: size, channels: 3 as const, background: backgrounds[at]! };
      await writeFile(join(folder, name, `${size}.png`), await sharp({ create }).png().toBuffer());
    }
  }
}

/** Changes a file of the artifact and its hash in the manifest. */
async function rewrite(name: string, change: (text: string) => string): Promise<void> {
  const text = change(await readFile(join(artifact, name), "utf8"));
  await writeFile(join(artifact, name), text);
  const manifest = JSON.parse(await readFile(join(artifact, "manifest.json"), "utf8"));
  manifest.files[name] = {
    size_bytes: Buffer.byteLength(text),
    sha256: sha256(text),
  };
  await writeFile(join(artifact, "manifest.json"), JSON.stringify(manifest));
}
