// Whether an object is the one that a record names, by a HEAD: its bytes are read only where S3 doesn't know their hash.
import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { GetObjectCommand, HeadObjectCommand, type HeadObjectCommandOutput, type S3Client } from "@aws-sdk/client-s3";
import type { HashedFile } from "../file-hash.ts";
import { parseDataAddress } from "./data-address.ts";
import { request } from "./request.ts";
import { isAbsent } from "./s3-error.ts";

export interface ObjectQuestion {
  readonly client: S3Client;
  readonly bucket: string;
  readonly key: string;
}

/** Whether the object exists with this size and SHA-256. */
export async function isObject(question: ObjectQuestion, expected: HashedFile): Promise<boolean> {
  const head = await headOf(question);
  if (head === undefined || head.ContentLength !== expected.size_bytes) return false;
  return (knownHash(head) ?? (await readHash(question))) === expected.sha256;
}

/** The object's SHA-256 in hex, by its checksum or its bytes, whatever anybody says of it; undefined where there is none. */
export async function hashObject(client: S3Client, address: string): Promise<string | undefined> {
  const question = { client, ...parseDataAddress(address) };
  const head = await headOf(question);
  return head && (checkedHash(head) ?? (await readHash(question)));
}

async function headOf({ client, bucket, key }: ObjectQuestion): Promise<HeadObjectCommandOutput | undefined> {
  return request({ bucket, action: `read ${key}` }, async () => {
    try {
      return await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: "ENABLED" }));
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  });
}

/**
 * S3's own checksum, which it checked itself, where it is of the whole object; else what the uploader of a multipart
 * object said, whose parts S3 checked.
 */
function knownHash(head: HeadObjectCommandOutput): string | undefined {
  return checkedHash(head) ?? head.Metadata?.sha256;
}

/** Of an object in parts it is the hash of their hashes, with a dash and their number. */
function checkedHash({ ChecksumSHA256 }: HeadObjectCommandOutput): string | undefined {
  if (ChecksumSHA256 === undefined || ChecksumSHA256.includes("-")) return undefined;
  return Buffer.from(ChecksumSHA256, "base64").toString("hex");
}

async function readHash({ client, bucket, key }: ObjectQuestion): Promise<string> {
  return request({ bucket, action: `read ${key}` }, async () => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const hash = createHash("sha256");
    await pipeline(Body as Readable, hash);
    return hash.digest("hex");
  });
}
