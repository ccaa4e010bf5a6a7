// Makes a prefix of a bucket hold exactly the named files of a folder: uploads what is missing or differs, removes the
// rest. Whatever stops it, the same call goes on with what is left.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { DeleteObjectCommand, HeadObjectCommand, paginateListObjectsV2, type S3Client } from "@aws-sdk/client-s3";
import { inLanes } from "./lanes.ts";
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
  await inLanes(wanted.files, CONCURRENCY, async (file) => {
    wanted.signal.throwIfAborted();
    const own = await digests(join(wanted.root, file.path));
    const remote = there.get(file.path);
    if (remote?.size_bytes !== file.size_bytes || !(await isSame(wanted, file.path, own, remote))) {
      await upload(wanted, file, own);
      uploaded += 1;
    }
    done += 1;
    wanted.progress(done);
  });
  const named = new Set(wanted.files.map(({ path }) => path));
  const extra = [...there.keys()].filter((path) => !named.has(path));
  await inLanes(extra, CONCURRENCY, async (path) => {
    wanted.signal.throwIfAborted();
    await remove(wanted, path);
  });
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
  { client, bucket, prefix }: UploadRequest,
  path: string,
  { md5, sha256 }: Digests,
  { etag }: Remote,
): Promise<boolean> {
  if (etag === md5) return true;
  const head = await request({ bucket, action: `read ${prefix}${path}` }, () =>
    client.send(new HeadObjectCommand({ Bucket: bucket, Key: prefix + path })),
  );
  return head.Metadata?.sha256 === sha256;
}

async function upload(
  { client, bucket, prefix, root, signal }: UploadRequest,
  { path, size_bytes }: UploadRequest["files"][number],
  { sha256 }: Digests,
): Promise<void> {
  await uploadFile({ client, bucket, key: prefix + path, path: join(root, path), size_bytes, sha256, signal });
}

async function remove({ client, bucket, prefix }: UploadRequest, path: string): Promise<void> {
  await request({ bucket, action: `remove ${prefix}${path}` }, () =>
    client.send(new DeleteObjectCommand({ Bucket: bucket, Key: prefix + path })),
  );
}

/** Hex. */
interface Digests {
  readonly md5: string;
  readonly sha256: string;
}

async function digests(file: string): Promise<Digests> {
  const md5 = createHash("md5");
  const sha256 = createHash("sha256");
  for await (const part of createReadStream(file)) {
    md5.update(part as Buffer);
    sha256.update(part as Buffer);
  }
  return { md5: md5.digest("hex"), sha256: sha256.digest("hex") };
}
