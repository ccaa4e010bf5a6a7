// One local file -> one object: in one request up to 64 MB, in parts above. Its SHA-256 goes with it, and S3 checks what
// arrived. No more than four parts, or one small file, are in memory.
import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { DecantError } from "../../core/errors/problem.ts";
import { inOrder } from "../prepared-data/in-order.ts";
import { request } from "./request.ts";
import { factsOf } from "./s3-error.ts";

const ONE_REQUEST_BYTES_MAX = 64_000_000;
const PART_BYTES = 8_000_000;
const PARTS_AT_ONCE = 4;
/** S3 takes no more. */
const PARTS_MAX = 10_000;

export interface FileUpload {
  readonly client: S3Client;
  readonly bucket: string;
  readonly key: string;
  readonly path: string;
  readonly size_bytes: number;
  /** Hex; the object's metadata says it, so that a HEAD can compare. */
  readonly sha256: string;
  readonly signal?: AbortSignal | undefined;
}

/** Puts the file under its key, over whatever is there. Throws StoreFailed where it changed since it was hashed. */
export function uploadFile(file: FileUpload): Promise<void> {
  return file.size_bytes <= ONE_REQUEST_BYTES_MAX ? uploadWhole(file) : uploadParts(file);
}

const sha256Of = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest();

function actionOf({ bucket, key }: FileUpload) {
  return { bucket, action: `write ${key}` };
}

function changed({ path }: FileUpload): DecantError {
  const message = "expected the file to stay as it was when it was hashed, but it changed: run the same command again";
  return new DecantError("StoreFailed", [{ message, where: path }]);
}

async function uploadWhole(file: FileUpload): Promise<void> {
  const { client, bucket, key, signal } = file;
  const Body = await readPart(file, 0, file.size_bytes);
  const hash = sha256Of(Body);
  if (hash.toString("hex") !== file.sha256) throw changed(file);
  const facts = { Body, ChecksumSHA256: hash.toString("base64"), Metadata: { sha256: file.sha256 } };
  const command = new PutObjectCommand({ Bucket: bucket, Key: key, ...facts });
  await request(actionOf(file), () => client.send(command, signal && { abortSignal: signal }), { signal });
}

async function readPart(file: FileUpload, start: number, end: number): Promise<Uint8Array> {
  const handle = await open(file.path, "r");
  try {
    const { size } = await handle.stat();
    if (size !== file.size_bytes) throw changed(file);
    const bytes = new Uint8Array(end - start);
    for (let filled = 0; filled < bytes.length; ) {
      const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled);
      if (bytesRead === 0) throw changed(file);
      filled += bytesRead;
    }
    return bytes;
  } finally {
    await handle.close();
  }
}

async function uploadParts(file: FileUpload): Promise<void> {
  const { client, bucket, key, sha256 } = file;
  const begin = { Bucket: bucket, Key: key, ChecksumAlgorithm: "SHA256", Metadata: { sha256 } } as const;
  const { UploadId } = await request(actionOf(file), () => client.send(new CreateMultipartUploadCommand(begin)));
  const upload = { Bucket: bucket, Key: key, UploadId };
  try {
    const Parts = await sendParts(file, upload);
    await complete(file, { ...upload, MultipartUpload: { Parts } });
  } catch (error) {
    // What is left of it costs money until the bucket's lifecycle removes it, a day later; the first error is told.
    await request(actionOf(file), () => client.send(new AbortMultipartUploadCommand(upload))).catch(() => undefined);
    throw error;
  }
}

type Upload = { readonly Bucket: string; readonly Key: string; readonly UploadId: string | undefined };

async function sendParts(file: FileUpload, upload: Upload): Promise<CompletedPart[]> {
  const { client, size_bytes, signal } = file;
  const part_bytes = Math.max(PART_BYTES, Math.ceil(size_bytes / PARTS_MAX));
  const numbers = Array.from({ length: Math.ceil(size_bytes / part_bytes) }, (_, index) => index + 1);
  const whole = createHash("sha256");
  const send = async (PartNumber: number) => {
    signal?.throwIfAborted();
    const start = (PartNumber - 1) * part_bytes;
    const Body = await readPart(file, start, Math.min(size_bytes, start + part_bytes));
    const ChecksumSHA256 = sha256Of(Body).toString("base64");
    const command = new UploadPartCommand({ ...upload, PartNumber, Body, ChecksumSHA256 });
    const { ETag } = await request(actionOf(file), () => client.send(command, signal && { abortSignal: signal }), {
      signal,
    });
    return { part: { PartNumber, ETag, ChecksumSHA256 }, Body };
  };
  const parts: CompletedPart[] = [];
  for await (const { part, Body } of inOrder(numbers, PARTS_AT_ONCE, send)) {
    whole.update(Body);
    parts.push(part);
  }
  if (whole.digest("hex") !== file.sha256) throw changed(file);
  return parts;
}

/** Where the answer to the first try was lost, the upload is gone at the second: then the object says whether it is whole. */
async function complete(
  file: FileUpload,
  command: Upload & { readonly MultipartUpload: { readonly Parts: CompletedPart[] } },
): Promise<void> {
  const { client, bucket, key } = file;
  await request(actionOf(file), async () => {
    try {
      await client.send(new CompleteMultipartUploadCommand(command));
    } catch (error) {
      if (factsOf(error).name !== "NoSuchUpload") throw error;
      const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key })).catch(() => undefined);
      if (head?.Metadata?.sha256 !== file.sha256 || head.ContentLength !== file.size_bytes) throw error;
    }
  });
}
