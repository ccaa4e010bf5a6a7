// A job's data source on a disk.
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { imageExtents } from "../../../adapters/data-source/image-extents.ts";
import { readSource } from "../../../adapters/data-source/read-source.ts";
import { sharp } from "../../../adapters/image-decoder/libvips.ts";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";

function folderWith(files: Readonly<Record<string, string>>): string {
  const root = temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

describe("a data source", () => {
  it("is a folder of class folders, a manifest in a folder, or the manifest itself", async () => {
    const root = folderWith({
      "a/1.png": "1",
      "b/2.png": "2",
      "m/labels.csv": "path,label\n3.png,x\n",
      "m/3.png": "3",
    });
    expect((await readSource(root, { source: ".", layout: "image-folder" })).layout).toBe("image-folder");
    expect((await readSource(root, { source: "./m" })).result.rows).toEqual([{ path: "3.png", label: "x" }]);
    const named = await readSource(root, { source: "m/labels.csv" });
    expect(named.label_files).toEqual(["labels.csv"]);
    expect(named.root.endsWith("/m")).toBe(true);
  });

  it("gives Hugging Face's splits from its folders", async () => {
    const root = folderWith({
      "train/metadata.jsonl": '{"file_name":"1.png","label":"x"}\n',
      "train/1.png": "1",
      "test/metadata.jsonl": '{"file_name":"2.png","label":"x"}\n',
      "test/2.png": "2",
    });
    const { result } = await readSource(root, { source: "." });
    expect(result.problems).toEqual([]);
    expect(result.rows.map(({ path, split }) => `${path} ${split}`)).toEqual(["test/2.png test", "train/1.png train"]);
  });

  it.each([
    ["that isn't there", { source: "nothing" }, "isn't there"],
    ["in a bucket", { source: "s3://bucket/prefix/" }, "on this machine"],
    ["that is a device", { source: "/dev/null" }, "device"],
    ["that is empty", { source: "." }, "empty folder"],
  ])("%s is refused", async (_name, request, words) => {
    await expect(readSource(temporaryFolder(), request)).rejects.toMatchObject({
      code: "InvalidData",
      problems: [{ message: expect.stringContaining(words) }],
    });
  });

  it("with a manifest that is no UTF-8 text is refused", async () => {
    const root = folderWith({ "1.png": "1" });
    writeFileSync(join(root, "labels.csv"), Buffer.from([0xff, 0xfe, 0x41]));
    await expect(readSource(root, { source: "labels.csv" })).rejects.toThrow("UTF-8");
  });

  it("never reads a manifest through a link out of the folder", async () => {
    const outside = folderWith({ "labels.csv": "path,label\n" });
    const root = folderWith({ "1.png": "1" });
    symlinkSync(join(outside, "labels.csv"), join(root, "labels.csv"));
    await expect(readSource(root, { source: "." })).rejects.toThrow("leaves it");
  });
});

describe("image sizes", () => {
  it("come from headers; what is no image is passed over", async () => {
    const root = folderWith({ "broken.png": "\x89PNG\r\n\x1a\nnonsense", "text.png": "hello" });
    await sharp({ create: { width: 30, height: 20, channels: 3, background: "red" } })
      .png()
      .toFile(join(root, "ok.png"));
    expect(await imageExtents(root, ["broken.png", "text.png", "missing.png", "ok.png"])).toEqual([
      { width: 30, height: 20 },
    ]);
  });
});
