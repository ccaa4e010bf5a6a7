// Publishing a folder: whole or not at all, names checked, sources held to their hashes, leftovers of killed publishes.
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createFolderShelf } from "../../adapters/artifact-folder.ts";

const hash = (text: string) => createHash("sha256").update(text).digest("hex");

describe("the artifact shelf in a folder", () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "decant-shelf-"));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  async function source(name: string, text: string) {
    const path = join(root, `source-${hash(text).slice(0, 8)}`);
    await writeFile(path, text);
    return { name, path, sha256: hash(text) };
  }
  const inRun = () => readdir(join(root, "runs/r"));

  it("writes a manifest of every file, whose hash names the artifact", async () => {
    const sources = [await source("model.onnx", "m"), await source("labels.txt", "a\n")];
    const published = await createFolderShelf(root).publish("r", sources);
    const text = await readFile(join(published.location, "manifest.json"), "utf8");
    expect(published.manifest_sha256).toBe(hash(text));
    expect(JSON.parse(text).files).toEqual({
      "labels.txt": { size_bytes: 2, sha256: hash("a\n") },
      "model.onnx": { size_bytes: 1, sha256: hash("m") },
    });
  });

  it("replaces an artifact that differs, whole", async () => {
    const shelf = createFolderShelf(root);
    await shelf.publish("r", [await source("model.onnx", "old"), await source("labels.txt", "a\n")]);
    const { location, changed } = await shelf.publish("r", [await source("model.onnx", "new")]);
    expect(changed).toBe(true);
    expect(await readdir(location)).toEqual(["manifest.json", "model.onnx"]);
    expect(await inRun()).toEqual(["artifact"]);
  });

  it("refuses a source whose bytes are not the promised ones, and leaves what was published", async () => {
    const shelf = createFolderShelf(root);
    const good = await source("model.onnx", "good");
    const { location } = await shelf.publish("r", [good]);
    await expect(shelf.publish("r", [{ ...good, sha256: hash("other") }])).rejects.toMatchObject({
      code: "StoreFailed",
    });
    expect(await readFile(join(location, "model.onnx"), "utf8")).toBe("good");
    expect(await inRun()).toEqual(["artifact"]);
  });

  it.each(["../escape", "a/b", "..", "", "c\\d"])("refuses the file name %j", async (name) => {
    const bad = { ...(await source("x", "x")), name };
    await expect(createFolderShelf(root).publish("r", [bad])).rejects.toMatchObject({ code: "StoreFailed" });
    await expect(createFolderShelf(root).publish(name, [])).rejects.toMatchObject({ code: "StoreFailed" });
  });

  it("removes what a publish killed long ago left behind, and leaves a recent one alone", async () => {
    await mkdir(join(root, "runs/r/.artifact-old"), { recursive: true });
    await mkdir(join(root, "runs/r/.artifact-recent"));
    await utimes(join(root, "runs/r/.artifact-old"), 0, 0);
    await createFolderShelf(root).publish("r", [await source("model.onnx", "m")]);
    expect(await inRun()).toEqual([".artifact-recent", "artifact"]);
  });
});
