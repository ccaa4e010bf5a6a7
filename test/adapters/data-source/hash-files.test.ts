// Content hashes and their memory.
import { createHash } from "node:crypto";
import { rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hashFiles } from "../../../adapters/data-source/hash-files.ts";
import { createHashMemory, openHashMemory } from "../../../adapters/data-source/hash-memory.ts";
import { createFolderStore } from "../../../adapters/folder-store.ts";
import type { Store } from "../../../core/store/store.ts";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const LATER = Date.now() + 3_600_000;
const OLD = new Date("2020-01-01T00:00:00Z");

function write(root: string, name: string, text: string): { path: string; size_bytes: number } {
  writeFileSync(join(root, name), text);
  utimesSync(join(root, name), OLD, OLD);
  return { path: name, size_bytes: text.length };
}

async function hashWith(store: Store, root: string, files: { path: string; size_bytes: number }[], now = LATER) {
  const memory = await openHashMemory(store, root, sha256);
  const hashes = await hashFiles({ root, files, memory, now });
  await memory.keep();
  return hashes;
}

describe("hashing files", () => {
  it("gives each file's SHA-256", async () => {
    const root = temporaryFolder();
    const files = Array.from({ length: 50 }, (_, at) => write(root, `${at}.bin`, `content ${at}`));
    const hashes = await hashFiles({ root, files, memory: createHashMemory(), now: LATER });
    for (const [at, { path }] of files.entries()) expect(hashes.get(path)).toBe(sha256(`content ${at}`));
  });

  it("remembers by path, size and time, and reads anew what changed", async () => {
    const store = createFolderStore(temporaryFolder());
    const root = temporaryFolder();
    const file = write(root, "a.png", "one");
    await hashWith(store, root, [file]);
    write(root, "a.png", "two"); // same size, same time: what the memory can't see, and so the proof that it is used
    expect((await hashWith(store, root, [file])).get("a.png")).toBe(sha256("one"));
    utimesSync(join(root, "a.png"), OLD, new Date("2021-01-01T00:00:00Z"));
    expect((await hashWith(store, root, [file])).get("a.png")).toBe(sha256("two"));
  });

  it("does not remember a file that may still be changing within the clock's tick", async () => {
    const store = createFolderStore(temporaryFolder());
    const root = temporaryFolder();
    const file = write(root, "a.png", "one");
    await hashWith(store, root, [file], OLD.getTime() + 1000);
    write(root, "a.png", "two");
    expect((await hashWith(store, root, [file], OLD.getTime() + 1000)).get("a.png")).toBe(sha256("two"));
  });

  it("works with a memory that is garbage", async () => {
    const store = createFolderStore(temporaryFolder());
    const root = temporaryFolder();
    const path = `cache/content-hashes/${sha256(root)}.json`;
    for (const garbage of ["", "[1]", '{"a":5}', "null", "\0"]) {
      const old = await store.get(path);
      const bytes = new TextEncoder().encode(garbage);
      await (old ? store.putIfUnchanged(path, bytes, old.etag) : store.putIfAbsent(path, bytes));
      expect((await hashWith(store, root, [write(root, "a.png", "one")])).get("a.png")).toBe(sha256("one"));
    }
  });

  it("tells every file that is gone or changed", async () => {
    const root = temporaryFolder();
    const files = [write(root, "a.png", "a"), write(root, "b.png", "b"), write(root, "c.png", "c")];
    rmSync(join(root, "a.png"));
    writeFileSync(join(root, "b.png"), "longer");
    const work = hashFiles({ root, files, memory: createHashMemory(), now: LATER });
    await expect(work).rejects.toMatchObject({
      code: "InvalidData",
      problems: [{ where: "a.png" }, { where: "b.png" }],
    });
  });

  it("stops when asked to", async () => {
    const root = temporaryFolder();
    const signal = AbortSignal.abort(new Error("stop"));
    const work = hashFiles({
      root,
      files: [write(root, "a.png", "a")],
      memory: createHashMemory(),
      now: LATER,
      signal,
    });
    await expect(work).rejects.toThrow("stop");
  });
});
