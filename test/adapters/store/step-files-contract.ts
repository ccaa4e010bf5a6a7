// What every keeper of step files must do: what counts as finished, and what happens when it no longer does.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { donePath, stepFolder } from "../../../core/store/path-rules.ts";
import type { DoneRecord, StepFiles, Store } from "../../../core/store/store.ts";

const POINTER = { step: "plan", key: "k" };

export interface OpenStepFiles {
  readonly store: Store;
  readonly files: StepFiles;
  /** The same store's, as another process on another machine would open them. */
  readonly again: () => StepFiles;
  /** Writes over a kept file behind the store's back; undefined removes it. @param path of the store */
  readonly damage: (path: string, content: string | undefined) => Promise<void>;
}

async function finish(files: StepFiles, content: string): Promise<DoneRecord> {
  const attempt = await files.begin(POINTER);
  mkdirSync(join(attempt.folder, "deep"));
  writeFileSync(join(attempt.folder, "deep", "file.bin"), content);
  return attempt.commit();
}

const readDeep = async (files: StepFiles) => readFileSync(join(await files.folderOf(POINTER), "deep/file.bin"), "utf8");

/** @param open step files of their own for each test */
export function stepFilesContract(name: string, open: () => OpenStepFiles): void {
  describe(`${name} as step files`, () => {
    it("hold a finished step when its attempt was committed, nested files included, for every process", async () => {
      const { files, again } = open();
      expect(await files.find(POINTER)).toBeUndefined();
      const record = await finish(files, "abc");
      expect(record.files["deep/file.bin"]?.size_bytes).toBe(3);
      expect(await files.find(POINTER)).toEqual(record);
      expect(await again().find(POINTER)).toEqual(record);
      expect(await readDeep(files)).toBe("abc");
      expect(await readDeep(again())).toBe("abc");
    });

    it("hold nothing before the commit, and leave nothing after a discard", async () => {
      const { files } = open();
      const attempt = await files.begin(POINTER);
      writeFileSync(join(attempt.folder, "file"), "half");
      expect(await files.find(POINTER)).toBeUndefined();
      await attempt.discard();
      expect(existsSync(attempt.folder)).toBe(false);
      await expect(files.folderOf(POINTER)).rejects.toMatchObject({ code: "StoreFailed" });
      await expect(files.locationOf(POINTER)).rejects.toMatchObject({ code: "StoreFailed" });
    });

    it("say where a task finds a finished step: the kept attempt in the step's own place", async () => {
      const { files } = open();
      const record = await finish(files, "abc");
      expect(await files.locationOf(POINTER)).toBe(`${files.addressOf(POINTER)}/${record.attempt}`);
      expect(files.addressOf(POINTER).endsWith(stepFolder(POINTER))).toBe(true);
    });

    it("take a finished step's file over under another name, unchanged, for every process", async () => {
      const { files, again } = open();
      const record = await finish(files, "abc");
      const whole = { step: "whole", key: "k" };
      const attempt = await files.begin(whole);
      await attempt.adopt(record, "deep/file.bin", "taken (1).bin");
      writeFileSync(join(attempt.folder, "own"), "own");
      const kept = await attempt.commit();
      expect(kept.files["taken (1).bin"]).toEqual(record.files["deep/file.bin"]);
      expect(Object.keys(kept.files).toSorted()).toEqual(["own", "taken (1).bin"]);
      for (const each of [files, again()]) {
        expect(await each.find(whole)).toEqual(kept);
        expect(readFileSync(join(await each.folderOf(whole), "taken (1).bin"), "utf8")).toBe("abc");
      }
      expect(await readDeep(files)).toBe("abc");
    });

    it("keep the first of two attempts that finish", async () => {
      const { files, again } = open();
      const first = await finish(files, "abc");
      expect(await finish(again(), "other")).toEqual(first);
      expect(await readDeep(again())).toBe("abc");
    });

    it("keep one of two attempts that finish at the same time, and tell both which", async () => {
      const { files, again } = open();
      const [one, other] = await Promise.all([finish(files, "one"), finish(again(), "two")]);
      expect(one).toEqual(other);
      expect(await readDeep(again())).toBe(await readDeep(files));
    });

    it.each([
      ["changed", "abcd"],
      ["changed to the same size", "abd"],
      ["missing", undefined],
    ])("miss a step when a file of it is %s, and the next attempt replaces it", async (_, content) => {
      const { files, again, damage } = open();
      const { attempt } = await finish(files, "abc");
      await damage(`${stepFolder(POINTER)}/${attempt}/deep/file.bin`, content);
      expect(await files.find(POINTER)).toBeUndefined();
      expect(await again().find(POINTER)).toBeUndefined();
      await expect(again().folderOf(POINTER)).rejects.toMatchObject({ code: "StoreFailed" });
      const replaced = await finish(files, "abc");
      expect(replaced.attempt).not.toBe(attempt);
      expect(await again().find(POINTER)).toEqual(replaced);
      expect(await readDeep(again())).toBe("abc");
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
    ])("miss a step when its done.json holds %j", async (text) => {
      const { store, files } = open();
      await store.putIfAbsent(donePath(POINTER), new TextEncoder().encode(text));
      expect(await files.find(POINTER)).toBeUndefined();
      const record = await finish(files, "abc");
      expect(await files.find(POINTER)).toEqual(record);
    });
  });
}
