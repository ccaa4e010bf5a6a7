// The inbox bucket, read only: versions of job files, and their bytes up to a limit.
import { GetObjectCommand, ListObjectVersionsCommand, type S3Client } from "@aws-sdk/client-s3";
import { JOB_TEXT_LIMIT } from "../../core/job/read-yaml.ts";
import type { Inbox, InboxVersion } from "../../core/trigger/inbox.ts";
import { request } from "./request.ts";
import { factsOf, isAbsent } from "./s3-error.ts";

/** Up to four bytes a character; one byte more is read, so that a longer file is seen to be one. */
const BYTES_MAX = 4 * JOB_TEXT_LIMIT;

export interface S3InboxOptions {
  readonly client: S3Client;
  readonly bucket: string;
}

export function createS3Inbox(options: S3InboxOptions): Inbox {
  return {
    bucket: options.bucket,
    read: (key, version) => read(options, key, version),
    versions: (prefix) => versions(options, prefix),
  };
}

async function read(
  { client, bucket }: S3InboxOptions,
  key: string,
  version?: string,
): Promise<Uint8Array | undefined> {
  const command = { Bucket: bucket, Key: key, VersionId: version, Range: `bytes=0-${BYTES_MAX}` };
  return request({ bucket, action: `read ${key}` }, async () => {
    try {
      const { Body } = await client.send(new GetObjectCommand(command));
      return (await Body?.transformToByteArray()) ?? new Uint8Array();
    } catch (error) {
      if (factsOf(error).status === 416) return new Uint8Array(); // an empty object has no first byte
      if (isAbsent(error)) return undefined;
      throw error;
    }
  });
}

async function* versions({ client, bucket }: S3InboxOptions, prefix: string): AsyncIterable<InboxVersion> {
  let KeyMarker: string | undefined;
  let VersionIdMarker: string | undefined;
  do {
    const command = new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, KeyMarker, VersionIdMarker });
    const page = await request({ bucket, action: `list versions of ${prefix}` }, () => client.send(command));
    for (const { Key, VersionId, LastModified } of page.Versions ?? []) {
      if (Key === undefined || VersionId === undefined) continue;
      yield { key: Key, version: VersionId, modified_ms: LastModified?.getTime() ?? 0 };
    }
    KeyMarker = page.IsTruncated ? page.NextKeyMarker : undefined;
    VersionIdMarker = page.NextVersionIdMarker;
  } while (KeyMarker !== undefined);
}
