// Finished steps in a folder store: what counts as finished, and what happens when it no longer does.
import { appendFileSync, existsSync, mkdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createFolderStepFiles } from "../../../adapters/folder-step-files.ts";
import { createFolderStore } from "../../../adapters/folder-store.ts";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";

const POINTER = { step: "plan", key: "k" };

function open(root = temporaryFolder()) {
  const store = createFolderStore(root);
  return { root, store, files: createFolderStepFiles(root, store), again: () => createFolderStepFiles(root, store) };
}

async function finish(files: ReturnType<typeof open>["files"], content: string) {
  const attempt = await files.begin(POINTER);
  mkdirSync(join(attempt.folder, "deep"));
  writeFileSync(join(attempt.folder, "deep", "file.bin"), content);
  return attempt.commit();
}

describe("a step", () => {
  it("is finished when its attempt was committed, nested files included", async () => {
    const { files } = open();
    expect(await files.find(POINTER)).toBeUndefined();
    const record = await finish(files, "abc");
    expect(record.files["deep/file.bin"]?.size_bytes).toBe(3);
    expect(await files.find(POINTER)).toEqual(record);
    expect(existsSync(join(await files.folderOf(POINTER), "deep", "file.bin"))).toBe(true);
  });

  it("is not finished before the commit, and leaves nothing after a discard", async () => {
    const { files } = open();
    const attempt = await files.begin(POINTER);
    writeFileSync(join(attempt.folder, "file"), "half");
    expect(await files.find(POINTER)).toBeUndefined();
    await attempt.discard();
    expect(existsSync(attempt.folder)).toBe(false);
    await expect(files.folderOf(POINTER)).rejects.toMatchObject({ code: "StoreFailed" });
  });

  it("keeps the first of two attempts that finish", async () => {
    const { files, again } = open();
    const first = await finish(files, "abc");
    expect(await finish(again(), "other")).toEqual(first);
  });

  it.each([
    ["changed", (path: string) => appendFileSync(path, "!")],
    ["changed to the same size", (path: string) => writeFileSync(path, "abd")],
    ["missing", (path: string) => rmSync(path)],
  ])("is a miss when a file of it is %s, and the next attempt replaces it", async (_, damage) => {
    const { files, again } = open();
    await finish(files, "abc");
    const path = join(await files.folderOf(POINTER), "deep", "file.bin");
    damage(path);
    if (existsSync(path)) utimesSync(path, new Date(), new Date(Date.now() + 5000));
    expect(await files.find(POINTER)).toBeUndefined();
    expect(await again().find(POINTER)).toBeUndefined();
    const replaced = await finish(files, "abc");
    expect(await again().find(POINTER)).toEqual(replaced);
  });

  it.each([
    "",
    "null",
    "[]",
    "{}",
    "{",
    '{"step":"plan","key":"k","attempt":"../../x","files":{}}',
    '{"step":"plan","key":"k","attempt":"a","files":{"../x":{"size_bytes":1,"sha256":"00"}}}',
    '{"step":"plan","key":"other","attempt":"a","files":{}}',
  ])("is a miss when its done.json holds %j", async (text) => {
    const { store, files } = open();
    await store.putIfAbsent("steps/plan/k/done.json", new TextEncoder().encode(text));
    expect(await files.find(POINTER)).toBeUndefined();
    const record = await finish(files, "abc");
    expect(await files.find(POINTER)).toEqual(record);
  });
});
