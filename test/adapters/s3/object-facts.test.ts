// What is known of an object without reading it, and whom that is taken from.
import { createHash } from "node:crypto";
import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { hashObject, isObject } from "../../../adapters/s3/object-facts.ts";
import { useBucket } from "../../fixtures/s3-bucket.ts";
import { hasS3Server } from "../../fixtures/s3-server.ts";

const BUCKET = "decant-facts";
const digest = (text: string) => createHash("sha256").update(text);
const facts = (text: string) => ({ size_bytes: text.length, sha256: digest(text).digest("hex") });

describe.skipIf(!hasS3Server)("an object", () => {
  let client: S3Client;
  useBucket(BUCKET, (started) => {
    client = started;
  });

  const put = (key: string, text: string, more = {}) =>
    client.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: text, ...more }));
  const ask = (key: string, text: string) => isObject({ client, bucket: BUCKET, key }, facts(text));

  it("is the expected one by size and checksum, by what its uploader said, or by its bytes", async () => {
    await put("checksum", "abc", { ChecksumSHA256: digest("abc").digest("base64") });
    await put("said", "abc", { Metadata: { sha256: facts("abc").sha256 } });
    await put("bytes", "abc");
    for (const key of ["checksum", "said", "bytes"]) {
      expect(await ask(key, "abc")).toBe(true);
      expect(await ask(key, "abd")).toBe(false);
      expect(await ask(key, "abcd")).toBe(false);
    }
    expect(await ask("absent", "abc")).toBe(false);
  });

  it("of the user's is hashed by S3's checksum or its bytes, not by what its metadata says", async () => {
    await put("lie", "abc", { Metadata: { sha256: facts("other").sha256 } });
    await put("true", "abc", { ChecksumSHA256: digest("abc").digest("base64") });
    expect(await hashObject(client, `s3://${BUCKET}/lie`)).toBe(facts("abc").sha256);
    expect(await hashObject(client, `s3://${BUCKET}/true`)).toBe(facts("abc").sha256);
    expect(await hashObject(client, `s3://${BUCKET}/absent`)).toBeUndefined();
    await expect(hashObject(client, `s3://${BUCKET}/../x`)).rejects.toMatchObject({ code: "InvalidData" });
  });
});
