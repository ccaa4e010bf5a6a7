// Makes a prefix of a bucket hold exactly the named files of a folder: uploads what is missing or differs, removes the
// rest. Whatever stops it, the same call goes on with what is left.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { DeleteObjectCommand, HeadObjectCommand, paginateListObjectsV2, type S3Client } from "@aws-sdk/client-s3";
import { request } from "./request.ts";
import { uploadFile } from "./upload-file.ts";

const CONCURRENCY = 16;

export interface UploadRequest {
  readonly client: S3Client;
  readonly bucket: string;
  /** Ends in a slash. */
  readonly prefix: string;
  readonly root: string;
  /** Relative to `root`, slash-separated. */
  readonly files: readonly { readonly path: string; readonly size_bytes: number }[];
  readonly signal: AbortSignal;
  readonly progress: (done: number) => void;
}

export interface Uploaded {
  readonly uploaded: number;
  readonly unchanged: number;
  /** In a versioned bucket their earlier versions stay. */
  readonly removed: number;
}

interface Remote {
  readonly size_bytes: number;
  readonly etag: string;
}

/** Throws StoreFailed where the bucket refuses, or a file changes meanwhile. */
export async function uploadFolder(wanted: UploadRequest): Promise<Uploaded> {
  const there = await listRemote(wanted);
  let uploaded = 0;
  let done = 0;
  await inParallel(wanted.files, wanted.signal, async (file) => {
    const remote = there.get(file.path);
    if (remote === undefined || !(await isSame(wanted, file, remote))) {
      await upload(wanted, file);
      uploaded += 1;
    }
    done += 1;
    wanted.progress(done);
  });
  const named = new Set(wanted.files.map(({ path }) => path));
  const extra = [...there.keys()].filter((path) => !named.has(path));
  await inParallel(extra, wanted.signal, (path) => remove(wanted, path));
  return { uploaded, unchanged: wanted.files.length - uploaded, removed: extra.length };
}

async function listRemote({ client, bucket, prefix }: UploadRequest): Promise<Map<string, Remote>> {
  const found = new Map<string, Remote>();
  await request({ bucket, action: `list ${prefix}` }, async () => {
    found.clear(); // a repeated listing begins anew
    for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
      for (const { Key = "", Size = -1, ETag = "" } of page.Contents ?? [])
        found.set(Key.slice(prefix.length), { size_bytes: Size, etag: ETag.replaceAll('"', "") });
    }
  });
  return found;
}

/** By MD5, which is the ETag of an object put in one request; with a KMS key it isn't, so by the SHA-256 put beside it. */
async function isSame(
  { client, bucket, prefix, root }: UploadRequest,
  { path, size_bytes }: UploadRequest["files"][number],
  remote: Remote,
): Promise<boolean> {
  if (remote.size_bytes !== size_bytes) return false;
  const { md5, sha256 } = await digests(join(root, path));
  if (remote.etag === md5.toString("hex")) return true;
  const head = await request({ bucket, action: `read ${prefix}${path}` }, () =>
    client.send(new HeadObjectCommand({ Bucket: bucket, Key: prefix + path })),
  );
  return head.Metadata?.sha256 === sha256.toString("hex");
}

async function upload(
  { client, bucket, prefix, root, signal }: UploadRequest,
  { path, size_bytes }: UploadRequest["files"][number],
): Promise<void> {
  const file = join(root, path);
  const sha256 = (await digests(file)).sha256.toString("hex");
  await uploadFile({ client, bucket, key: prefix + path, path: file, size_bytes, sha256, signal });
}

async function remove({ client, bucket, prefix }: UploadRequest, path: string): Promise<void> {
  await request({ bucket, action: `remove ${prefix}${path}` }, () =>
    client.send(new DeleteObjectCommand({ Bucket: bucket, Key: prefix + path })),
  );
}

async function digests(file: string): Promise<{ md5: Buffer; sha256: Buffer }> {
  const md5 = createHash("md5");
  const sha256 = createHash("sha256");
  for await (const part of createReadStream(file)) {
    md5.update(part as Buffer);
    sha256.update(part as Buffer);
  }
  return { md5: md5.digest(), sha256: sha256.digest() };
}

async function inParallel<T>(items: readonly T[], signal: AbortSignal, work: (item: T) => Promise<void>) {
  const waiting = items.values();
  const lane = async () => {
    for (const item of waiting) {
      signal.throwIfAborted();
      await work(item);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, lane));
}
