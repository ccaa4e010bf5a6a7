// Where a job's data lies, from its folder and its data.source.
import { describe, expect, it } from "vitest";
import { sourceAddress } from "../../../core/data-source/source-address.ts";

describe("the address of a data source", () => {
  it.each([
    ["/home/me", "./flowers", undefined],
    ["/home/me", "s3://bucket/flowers/", "s3://bucket/flowers/"],
    ["s3://inbox/", "flowers/", "s3://inbox/flowers/"],
    ["s3://inbox", "./flowers", "s3://inbox/flowers"],
    ["s3://inbox/jobs/", "../data/flowers", "s3://inbox/data/flowers"],
    ["s3://inbox/jobs/", "..", "s3://inbox/"],
    ["s3://inbox/jobs/", ".", "s3://inbox/jobs/"],
    ["s3://inbox/jobs/", "s3://other/data.csv", "s3://other/data.csv"],
  ])("from %j and %j is %j", (folder, source, address) => {
    expect(sourceAddress(folder, source)).toBe(address);
  });

  it.each([
    ["../../x", "s3://inbox/../x"],
    ["/etc/passwd", "s3://inbox/jobs//etc/passwd"],
  ])("keeps %j recognisable, so that reading it is refused", (source, address) => {
    expect(sourceAddress("s3://inbox/jobs/", source)).toBe(address);
  });
});
