// Objects of a finished step -> a local folder that appears under its final name only when it is whole.
import { randomUUID } from "node:crypto";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { S3Client } from "@aws-sdk/client-s3";
import { DecantError } from "../../core/errors/problem.ts";
import type { DoneRecord } from "../../core/store/store.ts";
import type { FileHasher } from "../file-hash.ts";
import { keyUnder } from "./address.ts";
import { downloadFile } from "./download-file.ts";
import { inLanes } from "./lanes.ts";
import { isAbsent } from "./s3-error.ts";

const DOWNLOADS_AT_ONCE = 8;
const REPLACE_TRIES = 8;

export interface FolderFetch {
  readonly client: S3Client;
  readonly bucket: string;
  /** Key of the folder. */
  readonly prefix: string;
  readonly folder: string;
  readonly files: DoneRecord["files"];
  readonly hash: FileHasher;
  readonly signal?: AbortSignal | undefined;
}

/** Whether a local folder has all these files, by size and hash. */
export async function holdsFiles(folder: string, files: DoneRecord["files"], hash: FileHasher): Promise<boolean> {
  for (const [name, expected] of Object.entries(files)) {
    const found = await hash(join(folder, ...name.split("/")));
    if (found?.sha256 !== expected.sha256 || found.size_bytes !== expected.size_bytes) return false;
  }
  return true;
}

/** False where an object is missing. Throws StoreFailed where the bytes are others than the record says. */
export async function fetchFolder(fetch: FolderFetch): Promise<boolean> {
  const { client, bucket, prefix, folder, files, signal } = fetch;
  const fresh = join(dirname(folder), `.fetch-${randomUUID()}`);
  try {
    await mkdir(fresh, { recursive: true });
    await inLanes(Object.entries(files), DOWNLOADS_AT_ONCE, ([name, facts]) => {
      const path = join(fresh, ...name.split("/"));
      return downloadFile({ client, bucket, key: keyUnder(prefix, name), path, ...facts, signal });
    });
    await putInPlace(fetch, fresh);
    return true;
  } catch (error) {
    if (error instanceof DecantError && isAbsent(error.cause)) return false;
    throw error;
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** Another process may have put the same files there meanwhile; a damaged copy steps aside. */
async function putInPlace({ folder, files, hash }: FolderFetch, fresh: string): Promise<void> {
  for (let attempt = 0; attempt < REPLACE_TRIES; attempt += 1) {
    const moved = await rename(fresh, folder).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (["ENOTEMPTY", "EEXIST", "EPERM"].includes(error.code ?? "")) return false;
        throw error;
      },
    );
    if (moved || (await holdsFiles(folder, files, hash))) return;
    const aside = `${fresh}-old-${attempt}`;
    await rename(folder, aside).catch(() => undefined);
    await rm(aside, { recursive: true, force: true });
  }
  const message = `Expected to put fetched files at ${folder}, but other processes kept changing it: let them end and try again.`;
  throw new DecantError("StoreFailed", message);
}
