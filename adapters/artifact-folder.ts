// Publishes an artifact as a folder: files are copied beside it, hashed and synced, and the folder is renamed into place.
import { createHash, randomBytes } from "node:crypto";
import { copyFile, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ArtifactShelf, ArtifactSource, PublishedArtifact } from "../core/artifact/artifact-shelf.ts";
import { checkManifest, MANIFEST_NAME } from "../core/artifact/manifest.ts";
import { DecantError } from "../core/errors/problem.ts";
import { fileFacts, manifestOf, plainName } from "./artifact-sources.ts";
import { syncFolder } from "./durable-write.ts";
import { fileOf } from "./folder-store.ts";
import { withStorageErrors } from "./storage-error.ts";

/** A killed publish leaves its unfinished folder behind; one this old belongs to nobody. */
const LEFTOVER_AGE_MS = 3_600_000;
const UNFINISHED = ".artifact-";
const REPLACE_TRIES = 8;

/** `root` is the store's folder. */
export function createFolderShelf(root: string): ArtifactShelf {
  return {
    publish: (run, sources) =>
      withStorageErrors(root, () => publishFolder(fileOf(root, `runs/${plainName(run)}`), sources)),
  };
}

async function publishFolder(runFolder: string, sources: readonly ArtifactSource[]): Promise<PublishedArtifact> {
  const location = join(runFolder, "artifact");
  await mkdir(runFolder, { recursive: true });
  const text = await manifestOf(sources);
  const published = { location, manifest_sha256: sha256(text) };
  if (await isPublished(location, text)) return { ...published, changed: false };
  const fresh = join(runFolder, `${UNFINISHED}${randomBytes(6).toString("hex")}`);
  try {
    await mkdir(fresh);
    for (const source of sources) await copySynced(source.path, join(fresh, source.name));
    await writeFile(join(fresh, MANIFEST_NAME), text);
    await syncFile(join(fresh, MANIFEST_NAME));
    if (!(await isPublished(fresh, text))) throw new DecantError("StoreFailed", copyFailure(fresh));
    await syncFolder(fresh);
    await replaceFolder(fresh, location);
    await syncFolder(runFolder);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    throw error;
  }
  await removeLeftovers(runFolder);
  return { ...published, changed: true };
}

function copyFailure(folder: string): string {
  return `Expected the copied files to have the hashes of their sources, but they do not: check the disk under ${folder} and run the same command again.`;
}

/** Whether `folder` holds exactly the files of this manifest, by hash. */
async function isPublished(folder: string, text: string): Promise<boolean> {
  const there = await readFile(join(folder, MANIFEST_NAME), "utf8").catch(() => undefined);
  if (there !== text) return false;
  const names = await readdir(folder);
  const found = await Promise.all(names.map(async (name) => [name, await fileFacts(join(folder, name))] as const));
  return checkManifest(JSON.parse(text), Object.fromEntries(found)).length === 0;
}

/** rename(2) can't replace a folder that isn't empty, so the old one steps aside first. */
async function replaceFolder(fresh: string, location: string): Promise<void> {
  for (let attempt = 0; attempt < REPLACE_TRIES; attempt += 1) {
    const aside = `${fresh}-old-${attempt}`;
    await rename(location, aside).catch(unless("ENOENT"));
    // Another publisher of the same run may have put its own folder there just now: then that one steps aside as well.
    const failed = await rename(fresh, location).catch(unless("ENOTEMPTY", "EEXIST", "EPERM"));
    await rm(aside, { recursive: true, force: true });
    if (failed === undefined) return;
  }
  const message = `Expected to put the artifact at ${location}, but other runs kept replacing it: let them end and try again.`;
  throw new DecantError("StoreFailed", message);
}

/** Answers an error of one of these codes, throws any other. */
function unless(...codes: readonly string[]): (error: NodeJS.ErrnoException) => NodeJS.ErrnoException {
  return (error) => {
    if (codes.includes(error.code ?? "")) return error;
    throw error;
  };
}

async function copySynced(from: string, to: string): Promise<void> {
  await copyFile(from, to);
  await syncFile(to);
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function removeLeftovers(runFolder: string): Promise<void> {
  for (const name of await readdir(runFolder)) {
    if (!name.startsWith(UNFINISHED)) continue;
    const path = join(runFolder, name);
    const age =
      Date.now() -
      (await stat(path).then(
        (s) => s.mtimeMs,
        () => Date.now(),
      ));
    if (age > LEFTOVER_AGE_MS) await rm(path, { recursive: true, force: true });
  }
}

function sha256(bytes: string | Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
