// One object -> one local file, streamed, under its final name only when its bytes are the expected ones.
import { createHash, randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { GetObjectCommand, type GetObjectCommandInput, type S3Client } from "@aws-sdk/client-s3";
import { request } from "./request.ts";

export interface FileDownload {
  readonly client: S3Client;
  readonly bucket: string;
  readonly key: string;
  readonly path: string;
  readonly size_bytes: number;
  /** Hex. */
  readonly sha256?: string;
  /** The version that is wanted; another one is refused with PreconditionFailed. */
  readonly etag?: string;
  readonly signal?: AbortSignal | undefined;
}

/** Replaces what is at `path`. Throws StoreFailed where the object's bytes stay other than expected. */
export async function downloadFile(file: FileDownload): Promise<void> {
  const { client, bucket, key, path, etag, signal } = file;
  await mkdir(dirname(path), { recursive: true });
  const temporary = join(dirname(path), `.${basename(path).slice(0, 100)}.${randomUUID()}.part`);
  const get: GetObjectCommandInput = {
    Bucket: bucket,
    Key: key,
    ChecksumMode: "ENABLED",
    ...(etag !== undefined && { IfMatch: etag }),
  };
  try {
    const work = async () => {
      const { Body } = await client.send(new GetObjectCommand(get), signal && { abortSignal: signal });
      await writeChecked(file, Body as Readable, temporary);
    };
    await request({ bucket, action: `read ${key}` }, work, { signal });
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function writeChecked({ key, size_bytes, sha256, signal }: FileDownload, body: Readable, path: string) {
  const hash = createHash("sha256");
  const watch = new Transform({
    transform(part: Uint8Array, _encoding, done) {
      hash.update(part);
      done(null, part);
    },
  });
  await pipeline(body, watch, createWriteStream(path, { flags: "w" }), { signal });
  const { size } = await stat(path);
  if (size === size_bytes && (sha256 === undefined || hash.digest("hex") === sha256)) return;
  throw new Error(`Checksum mismatch: the ${size} bytes of ${key} are not the ${size_bytes} bytes that were put there`);
}
