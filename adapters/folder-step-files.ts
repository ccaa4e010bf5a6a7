// Step folders in a folder store: attempts side by side, and done.json, written last, that names the one that counts.
import { randomUUID } from "node:crypto";
import { constants, copyFile, link, mkdir, open, readdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { DecantError } from "../core/errors/problem.ts";
import { stepFolder } from "../core/store/path-rules.ts";
import type { DoneRecord, StepAttempt, StepFiles, StepPointer, Store } from "../core/store/store.ts";
import { syncFolder } from "./durable-write.ts";
import { createFileHasher, type FileHasher } from "./file-hash.ts";
import { fileOf } from "./folder-store.ts";
import { keepRecord, readRecord } from "./step-record.ts";
import { withStorageErrors } from "./storage-error.ts";

interface Context {
  readonly root: string;
  readonly store: Store;
  readonly hash: FileHasher;
}

/** Step files under `root`, the folder that `store` keeps its objects in. */
export function createFolderStepFiles(root: string, store: Store): StepFiles {
  const context: Context = { root, store, hash: createFileHasher() };
  return {
    addressOf: (pointer) => fileOf(resolve(root), stepFolder(pointer)),
    find: (pointer) => withStorageErrors(root, () => find(context, pointer)),
    locationOf: (pointer) => withStorageErrors(root, () => folderOf(context, pointer)),
    folderOf: (pointer) => withStorageErrors(root, () => folderOf(context, pointer)),
    begin: (pointer) => withStorageErrors(root, () => begin(context, pointer)),
  };
}

async function find(context: Context, pointer: StepPointer): Promise<DoneRecord | undefined> {
  const record = await readRecord(context.store, pointer);
  return record && (await isWhole(context, pointer, record)) ? record : undefined;
}

async function isWhole(context: Context, pointer: StepPointer, record: DoneRecord): Promise<boolean> {
  const folder = attemptFolder(context.root, pointer, record.attempt);
  for (const [name, expected] of Object.entries(record.files)) {
    const found = await context.hash(join(folder, ...name.split("/")));
    if (found?.sha256 !== expected.sha256 || found.size_bytes !== expected.size_bytes) return false;
  }
  return true;
}

function attemptFolder(root: string, pointer: StepPointer, attempt: string): string {
  return fileOf(root, `${stepFolder(pointer)}/${attempt}`);
}

async function folderOf(context: Context, pointer: StepPointer): Promise<string> {
  const record = await find(context, pointer);
  if (record) return attemptFolder(context.root, pointer, record.attempt);
  const message = `Expected step ${pointer.step} ${pointer.key} to be finished in ${context.root}, but its done.json is absent or names a missing or changed file. Run the same command again; it does the step anew.`;
  throw new DecantError("StoreFailed", message);
}

async function begin(context: Context, pointer: StepPointer): Promise<StepAttempt> {
  const attempt = `attempt-${randomUUID().slice(0, 13)}`;
  const folder = attemptFolder(context.root, pointer, attempt);
  await mkdir(folder, { recursive: true });
  const discard = () => rm(folder, { recursive: true, force: true });
  const adopt = async (from: DoneRecord, file: string, name: string) => {
    const source = join(attemptFolder(context.root, from, from.attempt), ...file.split("/"));
    await linkOrCopy(source, join(folder, name));
  };
  const commit = async () => {
    const files = await hashAll(context, folder);
    const record = { step: pointer.step, key: pointer.key, attempt, files };
    const kept = await keepRecord(context.store, pointer, record, (other) => isWhole(context, pointer, other));
    if (kept.attempt !== attempt) await discard();
    return kept;
  };
  return {
    attempt,
    folder,
    adopt: (...file) => withStorageErrors(context.root, () => adopt(...file)),
    commit: () => withStorageErrors(context.root, commit),
    discard,
  };
}

/** Files of steps never change, so one on the disk can stand in two steps; not every file system can do that. */
async function linkOrCopy(source: string, target: string): Promise<void> {
  try {
    await link(source, target);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (!["EMLINK", "ENOSYS", "ENOTSUP", "EPERM", "EXDEV"].includes(code)) throw error;
    await copyFile(source, target, constants.COPYFILE_EXCL);
  }
}

/** Makes every file durable and answers its size and hash, by path relative to the attempt. */
async function hashAll(context: Context, folder: string): Promise<DoneRecord["files"]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files: Record<string, { size_bytes: number; sha256: string }> = {};
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) {
      await syncFolder(path);
      continue;
    }
    await syncFile(path);
    const hashed = await context.hash(path);
    if (hashed) files[path.slice(folder.length + 1).replaceAll("\\", "/")] = hashed;
  }
  await syncFolder(folder);
  return files;
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
