// What --store takes: a folder or an address in S3, and what each command makes of an address.
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { reportFile, storeFolder } from "../../cli/runs.ts";
import { runDecant } from "../fixtures/decant-command.ts";

describe("--store", () => {
  it("is a folder, beside the job where it is left out", () => {
    expect(storeFolder(undefined, "/job")).toBe(resolve("/job/.decant"));
    expect(storeFolder("x", "/job")).toBe(resolve("x"));
    expect(reportFile(resolve("/s"), "r")).toBe(resolve("/s/runs/r/report.html"));
  });

  it("is an address, in one form however it is written", () => {
    for (const written of ["s3://my-bucket/a/b", "s3://my-bucket/a/b/"]) {
      expect(storeFolder(written, "/job")).toBe("s3://my-bucket/a/b");
    }
    expect(reportFile("s3://my-bucket", "r")).toBe("s3://my-bucket/runs/r/report.html");
  });

  it.each(["s3://My_Bucket/x", "s3://my-bucket/../x", "S3://my-bucket/x"])("refuses %s", (written) => {
    expect(() => storeFolder(written, "/job")).toThrow(expect.objectContaining({ code: "InvalidInput" }));
  });

  it("in S3 is not cleaned from here", async () => {
    const { code, stderr } = await runDecant(["--store", "s3://my-bucket/x", "clean"]);
    expect(code).toBe(2);
    expect(stderr).toContain("lifecycle rule");
  });
});
