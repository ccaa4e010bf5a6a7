// Addresses of places in buckets: what is taken, what is refused with a reason.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatS3Address, isS3Address, keyOf, parseS3Address } from "../../../adapters/s3/address.ts";

describe("an address in S3", () => {
  it.each([
    ["s3://bucket", { bucket: "bucket", prefix: "" }],
    ["s3://bucket/", { bucket: "bucket", prefix: "" }],
    ["s3://my.bucket-1/a/b c/", { bucket: "my.bucket-1", prefix: "a/b c" }],
  ])("%s is taken apart", (text, address) => {
    expect(parseS3Address(text)).toEqual(address);
  });

  it.each([
    "s3://",
    "s3://B/x",
    "s3:///x",
    "s3://ab/../c",
    "s3://abc/../d",
    "s3://abc/a//b",
    "s3://abc/./b",
    "bucket",
    "https://abc/d",
    "s3://abc/a\\b",
    "s3://abc/a\nb",
    "s3://abc\n",
  ])("%j is refused with what was expected", (text) => {
    expect(() => parseS3Address(text)).toThrow(/Expected an address like s3:\/\/bucket\/prefix, got/);
  });

  it("reads back what it writes, for every prefix that a store allows", () => {
    const segment = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._ ()+=@-]{0,20}$/);
    const prefixes = fc.array(segment, { maxLength: 5 }).map((segments) => segments.join("/"));
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9][a-z0-9-]{1,30}[a-z0-9]$/), prefixes, (bucket, prefix) => {
        expect(parseS3Address(formatS3Address({ bucket, prefix }))).toEqual({ bucket, prefix });
      }),
    );
  });

  it("never makes a key outside its prefix, whatever the path", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(fc.constantFrom("..", ".", "a", "", "/", "\\")).map((s) => s.join("/")),
        ),
        (path) => {
          try {
            const key = keyOf({ bucket: "b", prefix: "a/b" }, path);
            expect(key).toBe(`a/b/${path}`);
            expect(key.split("/")).not.toContain("..");
          } catch (error) {
            expect(error).toMatchObject({ code: "StoreFailed" });
          }
        },
      ),
    );
  });

  it("is told from a local path", () => {
    expect(["s3://b/x", "S3://b", "./s3", "/s3://b", "s3:x"].filter(isS3Address)).toEqual(["s3://b/x", "S3://b"]);
  });
});
