// The store in a bucket. Creating and replacing are S3's conditional writes; an ETag is the one that S3 gives.
import { createHash, randomUUID } from "node:crypto";
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { DecantError } from "../../core/errors/problem.ts";
import { pathProblem } from "../../core/store/path-rules.ts";
import type { Store, StoredObject } from "../../core/store/store.ts";
import { compareCodePoints } from "../../core/text/code-point-order.ts";
import { keyOf, keyUnder, type S3Address } from "./address.ts";
import { listObjects } from "./list-objects.ts";
import { request } from "./request.ts";
import { factsOf, isAbsent, isConditionFailed } from "./s3-error.ts";

export interface S3StoreOptions extends S3Address {
  readonly client: S3Client;
}

type Condition = { readonly IfNoneMatch: "*" } | { readonly IfMatch: string };

/** A store whose objects are those of a bucket under `prefix` (empty: all of it). */
export function createS3Store(options: S3StoreOptions): Store {
  return {
    get: async (path) => get(options, keyOf(options, path)),
    putIfAbsent: async (path, bytes) => put(options, keyOf(options, path), bytes, { IfNoneMatch: "*" }),
    putIfUnchanged: async (path, bytes, etag) => put(options, keyOf(options, path), bytes, { IfMatch: etag }),
    list: (prefix) => list(options, prefix),
  };
}

async function get({ client, bucket }: S3StoreOptions, key: string): Promise<StoredObject | undefined> {
  return request({ bucket, action: `read ${key}` }, async () => {
    try {
      const command = new GetObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: "ENABLED" });
      const { Body, ETag = "", Metadata, ContentLength } = await client.send(command);
      const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
      refuseDamage(key, bytes, ContentLength, Metadata?.sha256);
      return { bytes, etag: ETag };
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  });
}

/** The SDK checks S3's own checksum where there is one; what this store wrote also carries its hash. */
function refuseDamage(key: string, bytes: Uint8Array, length: number | undefined, sha256: string | undefined): void {
  const whole = length === undefined || length === bytes.length;
  const same = sha256 === undefined || sha256 === createHash("sha256").update(bytes).digest("hex");
  if (!whole || !same) throw new Error(`Checksum mismatch: the bytes of ${key} are not those that were put there`);
}

/**
 * A request whose answer was lost may have been carried out: then its repetition finds its own object. Each put carries a
 * name of its own for that, so that "false" means that somebody else was first. (Where another writer replaces the object
 * in between, the lost put is taken for one that never was.)
 */
async function put(
  { client, bucket }: S3StoreOptions,
  key: string,
  bytes: Uint8Array,
  condition: Condition,
): Promise<boolean> {
  const hash = createHash("sha256").update(bytes).digest();
  const writer = randomUUID();
  const command = {
    Bucket: bucket,
    Key: key,
    Body: bytes,
    ChecksumSHA256: hash.toString("base64"),
    Metadata: { sha256: hash.toString("hex"), writer },
    ...condition,
  };
  let isRepeated = false;
  return request({ bucket, action: `write ${key}` }, async () => {
    try {
      await client.send(new PutObjectCommand(command));
      return true;
    } catch (error) {
      const failed = isConditionFailed(error) || ("IfMatch" in condition && isAbsent(error));
      isRepeated ||= !failed || factsOf(error).attempts > 1;
      if (!failed) throw error;
    }
    return isRepeated && (await writerOf(client, bucket, key)) === writer;
  });
}

async function writerOf(client: S3Client, bucket: string, key: string): Promise<string | undefined> {
  try {
    return (await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }))).Metadata?.writer;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** Sorted here, since only S3 itself promises an order; what could not be got by its path is left out. */
async function* list(options: S3StoreOptions, prefix: string): AsyncIterable<string> {
  const folder = prefix.slice(0, prefix.lastIndexOf("/") + 1);
  const problem = folder === "" ? undefined : pathProblem(folder.slice(0, -1));
  if (problem !== undefined) throw new DecantError("StoreFailed", problem);
  const paths = await listAll(options, prefix);
  yield* paths.filter((path) => pathProblem(path) === undefined).sort(compareCodePoints);
}

async function listAll({ client, bucket, prefix: root }: S3StoreOptions, prefix: string): Promise<string[]> {
  const start = keyUnder(root, "");
  const paths: string[] = [];
  for await (const { key } of listObjects(client, bucket, start + prefix)) paths.push(key.slice(start.length));
  return paths;
}
