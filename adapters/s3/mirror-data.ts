// Users' data in a bucket -> a local folder that holds the same files. Fetched is only what is missing or changed, so an
// interrupted copy goes on, and a second run copies nothing.
import { createHash } from "node:crypto";
import { mkdir, realpath, rm, stat, statfs, utimes } from "node:fs/promises";
import { join } from "node:path";
import type { S3Client } from "@aws-sdk/client-s3";
import { createProblemList } from "../../core/data-source/problem-list.ts";
import { DecantError } from "../../core/errors/problem.ts";
import { type FolderLimits, listFiles } from "../data-source/list-files.ts";
import type { LocalData } from "../data-source/read-source.ts";
import { withStorageErrors } from "../storage-error.ts";
import { parseDataAddress } from "./data-address.ts";
import { downloadFile } from "./download-file.ts";
import { inLanes } from "./lanes.ts";
import { type DataListing, type DataObject, listData } from "./list-data.ts";
import { isConditionFailed } from "./s3-error.ts";

const DOWNLOADS_AT_ONCE = 16;

export interface MirrorOptions {
  readonly client: S3Client;
  /** A folder of this machine for copies; it may be emptied when nothing works in it. */
  readonly cache: string;
  readonly limits?: FolderLimits;
  /** Paths below the address; absent: all of them. */
  readonly only?: ReadonlySet<string> | undefined;
  readonly signal?: AbortSignal;
  readonly progress?: (done: number, total: number) => void;
}

/** Throws InvalidData where the address or the keys below it are refused. @param address s3://bucket/prefix/ or an object */
export async function mirrorData(options: MirrorOptions, address: string): Promise<LocalData> {
  const listing = await listData(options.client, parseDataAddress(address), options.limits);
  const name = createHash("sha256").update(listing.prefix).digest("hex").slice(0, 16);
  const root = join(options.cache, "data", listing.bucket, name);
  return withStorageErrors(root, async () => {
    await mkdir(root, { recursive: true });
    await removeOthers(root, listing);
    await fetchStale(options, root, wanted(listing, options.only));
    return { root: await realpath(root), ...(listing.named_file !== undefined && { named_file: listing.named_file }) };
  });
}

function wanted(listing: DataListing, only: ReadonlySet<string> | undefined): DataListing {
  if (only === undefined) return listing;
  return { ...listing, objects: listing.objects.filter(({ path }) => only.has(path)) };
}

/** What is no longer in the bucket. Before the copying, since a file may have become a folder. */
async function removeOthers(root: string, { objects }: DataListing): Promise<void> {
  const paths = new Set(objects.map(({ path }) => path));
  const folders = new Set(
    objects.flatMap(({ path }) =>
      path
        .split("/")
        .slice(0, -1)
        .map((_, n, all) => all.slice(0, n + 1).join("/")),
    ),
  );
  const { files } = await listFiles(await realpath(root));
  for (const { path } of files) if (!paths.has(path)) await rm(join(root, path));
  // A folder where a file belongs can only hold what was just removed.
  for (const path of paths) {
    if (folders.has(path)) continue;
    if ((await stat(join(root, path)).catch(() => undefined))?.isDirectory())
      await rm(join(root, path), { recursive: true });
  }
}

async function fetchStale(
  { client, signal, progress }: MirrorOptions,
  root: string,
  listing: DataListing,
): Promise<void> {
  const { bucket, prefix, objects } = listing;
  const stale: DataObject[] = [];
  for (const object of objects) if (!(await isFresh(root, object))) stale.push(object);
  await refuseFullDisk(root, stale);
  const problems = createProblemList();
  let done = objects.length - stale.length;
  await inLanes(stale, DOWNLOADS_AT_ONCE, async (object) => {
    signal?.throwIfAborted();
    const { path, size_bytes, etag } = object;
    try {
      await downloadFile({ client, bucket, key: prefix + path, path: join(root, path), size_bytes, etag, signal });
      await utimes(join(root, path), Date.now() / 1000, modifiedSeconds(object));
    } catch (error) {
      if (!(error instanceof DecantError && isConditionFailed(error.cause))) throw error;
      const message =
        "Expected the data to stay as it is while it is copied, but this object changed: run the command again.";
      problems.add("objects that changed", { message, where: path });
    }
    done += 1;
    progress?.(done, objects.length);
  });
  const found = problems.all();
  if (found.length > 0) throw new DecantError("InvalidData", found);
}

async function isFresh(root: string, object: DataObject): Promise<boolean> {
  const facts = await stat(join(root, object.path)).catch(() => undefined);
  if (!facts?.isFile() || facts.size !== object.size_bytes) return false;
  return Math.abs(facts.mtimeMs / 1000 - modifiedSeconds(object)) < 2e-6;
}

/**
 * A copy's time of change is its object's, and, since S3 tells whole seconds, a fraction drawn from the ETag: so the copy
 * itself says of which version it is, and content hashes, remembered by path, size and time, hold on every machine.
 */
function modifiedSeconds({ etag, modified_ms }: DataObject): number {
  const fraction = createHash("sha256").update(etag).digest().readUInt32LE() % 100_000;
  return modified_ms / 1000 + fraction / 100_000;
}

async function refuseFullDisk(root: string, stale: readonly DataObject[]): Promise<void> {
  const needed = stale.reduce((sum, { size_bytes }) => sum + size_bytes, 0);
  const { bavail, bsize } = await statfs(root);
  if (needed <= bavail * bsize) return;
  const message = `Expected ${(needed / 1e6).toFixed(0)} MB of room at ${root} for the copy of the data, got ${((bavail * bsize) / 1e6).toFixed(0)} MB: free some space, or name a smaller prefix.`;
  throw new DecantError("DiskFull", message);
}
