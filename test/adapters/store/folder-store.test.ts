// The folder store, and what only a folder can get wrong: disk errors, leftovers, locks of dead processes.
import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createFolderStore } from "../../../adapters/folder-store.ts";
import { storageError } from "../../../adapters/storage-error.ts";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";
import { storeContract } from "./store-contract.ts";

storeContract("a folder", () => {
  const root = join(temporaryFolder(), "store");
  return { store: createFolderStore(root), again: () => createFolderStore(root) };
});

const bytes = new TextEncoder().encode("x");

describe("the folder store", () => {
  it("leaves no temporary file behind, won or lost", async () => {
    const root = temporaryFolder();
    const store = createFolderStore(root);
    await store.putIfAbsent("a", bytes);
    await store.putIfAbsent("a", bytes);
    const { etag } = (await store.get("a"))!;
    await store.putIfUnchanged("a", new TextEncoder().encode("y"), etag);
    await store.putIfUnchanged("a", bytes, etag);
    expect(readdirSync(root)).toEqual(["a"]);
  });

  it("does not list what a killed writer left", async () => {
    const root = temporaryFolder();
    writeFileSync(join(root, ".a.123.tmp"), "half");
    const paths = [];
    for await (const path of createFolderStore(root).list("")) paths.push(path);
    expect(paths).toEqual([]);
  });

  it("breaks the lock of a process that is dead", async () => {
    const root = temporaryFolder();
    const store = createFolderStore(root);
    await store.putIfAbsent("a", bytes);
    writeFileSync(join(root, ".a.lock"), JSON.stringify({ token: "t", host: hostname(), pid: 2 ** 22 + 1 }));
    const { etag } = (await store.get("a"))!;
    expect(await store.putIfUnchanged("a", new TextEncoder().encode("y"), etag)).toBe(true);
  });

  it("says in one clear error that it can't write", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "file"), "a file where the store's folder belongs");
    const store = createFolderStore(join(folder, "file"));
    await expect(store.putIfAbsent("a/b", bytes)).rejects.toMatchObject({ code: "StoreFailed" });
  });

  it.skipIf(process.getuid?.() === 0)("says so where the folder is read-only", async () => {
    const root = temporaryFolder();
    chmodSync(root, 0o500);
    await expect(createFolderStore(root).putIfAbsent("a", bytes)).rejects.toMatchObject({ code: "StoreFailed" });
    chmodSync(root, 0o700);
  });

  it("creates nothing before the first write", async () => {
    const root = join(temporaryFolder(), "new");
    await createFolderStore(root).get("a");
    expect(existsSync(root)).toBe(false);
  });

  it("treats a folder and a dangling link as no object", async () => {
    const root = temporaryFolder();
    mkdirSync(join(root, "folder"));
    symlinkSync(join(root, "nowhere"), join(root, "link"));
    expect(await createFolderStore(root).get("folder")).toBeUndefined();
    expect(await createFolderStore(root).get("link")).toBeUndefined();
  });
});

describe("errors of the disk", () => {
  const systemError = (code: string) => Object.assign(new Error(code), { code });

  it.each(["ENOSPC", "EDQUOT"])("%s means that the disk is full, and says what to do", (code) => {
    const error = storageError(systemError(code), "/store");
    expect(error).toMatchObject({ code: "DiskFull", message: expect.stringContaining("decant clean") });
  });

  it.each(["EACCES", "EROFS", "EPERM", "EIO"])("%s means that the store failed, and keeps the cause", (code) => {
    const error = storageError(systemError(code), "/store");
    expect(error).toMatchObject({ code: "StoreFailed", cause: { code } });
  });

  it("leaves an error alone that is not one of a disk", () => {
    const error = new TypeError("no");
    expect(storageError(error, "/store")).toBe(error);
  });
});
