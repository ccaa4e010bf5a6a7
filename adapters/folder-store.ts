// The store in a folder of one machine. An ETag is the SHA-256 of the bytes.
import { createHash } from "node:crypto";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { DecantError } from "../core/errors/problem.ts";
import { pathProblem } from "../core/store/path-rules.ts";
import type { Store } from "../core/store/store.ts";
import { createFrom, replaceFrom, writeTemporary } from "./durable-write.ts";
import { withLock } from "./lock-file.ts";
import { withStorageErrors } from "./storage-error.ts";

/** A store whose objects are files under `root`, which is created on the first write. */
export function createFolderStore(root: string): Store {
  return {
    get: (path) => withStorageErrors(root, () => get(fileOf(root, path))),
    putIfAbsent: (path, bytes) => withStorageErrors(root, () => putIfAbsent(fileOf(root, path), bytes)),
    putIfUnchanged: (path, bytes, etag) =>
      withStorageErrors(root, () => putIfUnchanged(fileOf(root, path), bytes, etag)),
    list: (prefix) => list(root, prefix),
  };
}

/** The file of a store path. Throws StoreFailed on a path that could leave the store. */
export function fileOf(root: string, path: string): string {
  const problem = pathProblem(path);
  if (problem !== undefined) throw new DecantError("StoreFailed", problem);
  return join(root, ...path.split("/"));
}

function etagOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

async function get(file: string) {
  try {
    const bytes = await readFile(file);
    return { bytes, etag: etagOf(bytes) };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR") return undefined;
    throw error;
  }
}

async function putIfAbsent(file: string, bytes: Uint8Array): Promise<boolean> {
  return createFrom(await writeTemporary(file, bytes), file);
}

async function putIfUnchanged(file: string, bytes: Uint8Array, etag: string): Promise<boolean> {
  if ((await get(file))?.etag !== etag) return false;
  const temporary = await writeTemporary(file, bytes);
  try {
    return await withLock(file, async (stillHeld) => {
      if ((await get(file))?.etag !== etag || !(await stillHeld())) return false;
      await replaceFrom(temporary, file);
      return true;
    });
  } finally {
    await rm(temporary, { force: true });
  }
}

async function* list(root: string, prefix: string): AsyncIterable<string> {
  const folder = prefix.slice(0, prefix.lastIndexOf("/") + 1);
  const problem = folder === "" ? undefined : pathProblem(folder.slice(0, -1));
  if (problem !== undefined) throw new DecantError("StoreFailed", problem);
  for await (const path of walk(root, folder)) {
    if (path.startsWith(prefix)) yield path;
  }
}

async function* walk(root: string, folder: string): AsyncIterable<string> {
  const entries = await withStorageErrors(root, () => readFolder(join(root, folder)));
  // A folder sorts as "name/", so that whole paths come in code-point order.
  const names = entries
    .filter((entry) => !entry.name.startsWith("."))
    .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
    .sort();
  for (const name of names) {
    if (name.endsWith("/")) yield* walk(root, folder + name);
    else yield folder + name;
  }
}

async function readFolder(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw error;
  }
}
