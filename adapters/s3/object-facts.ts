// Whether an object is the one that a record names, by a HEAD: its bytes are read only where S3 doesn't know their hash.
import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { GetObjectCommand, HeadObjectCommand, type HeadObjectCommandOutput, type S3Client } from "@aws-sdk/client-s3";
import type { HashedFile } from "../file-hash.ts";
import { request } from "./request.ts";
import { isAbsent } from "./s3-error.ts";

export interface ObjectQuestion {
  readonly client: S3Client;
  readonly bucket: string;
  readonly key: string;
}

/** Whether the object exists with this size and SHA-256. */
export async function isObject(question: ObjectQuestion, expected: HashedFile): Promise<boolean> {
  const { client, bucket, key } = question;
  const head = await request({ bucket, action: `read ${key}` }, async () => {
    try {
      return await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: "ENABLED" }));
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  });
  if (head === undefined || head.ContentLength !== expected.size_bytes) return false;
  return (knownHash(head) ?? (await readHash(question))) === expected.sha256;
}

/**
 * S3's own checksum, which it checked itself, where it is of the whole object; else what the uploader of a multipart
 * object said, whose parts S3 checked.
 */
function knownHash({ ChecksumSHA256, Metadata }: HeadObjectCommandOutput): string | undefined {
  const whole = ChecksumSHA256 !== undefined && !ChecksumSHA256.includes("-");
  return whole ? Buffer.from(ChecksumSHA256, "base64").toString("hex") : Metadata?.sha256;
}

async function readHash({ client, bucket, key }: ObjectQuestion): Promise<string> {
  return request({ bucket, action: `read ${key}` }, async () => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const hash = createHash("sha256");
    await pipeline(Body as Readable, hash);
    return hash.digest("hex");
  });
}
