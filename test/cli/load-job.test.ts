// Reading a job file from a disk.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadJob } from "../../cli/load-job.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";

const JOB = "version: 1\nname: a\ntask: image-classification\ndata: {source: x}\ntarget: {device: lambda-arm64}\n";

function fileWith(content: string | Uint8Array): string {
  const file = join(temporaryFolder(), "decant.yaml");
  writeFileSync(file, content);
  return file;
}

describe("loading a job", () => {
  it("gives the job and its folder", async () => {
    const file = fileWith(JOB);
    const { job, folder } = await loadJob(file);
    expect(job.name).toBe("a");
    expect(join(folder, "decant.yaml")).toBe(file);
  });

  it("refuses a device that can't be measured here", async () => {
    await expect(loadJob(fileWith(JOB), ["this-machine"])).rejects.toMatchObject({
      code: "InvalidJob",
      problems: [{ where: "/target/device" }],
    });
  });

  it.each([
    ["a folder", () => temporaryFolder(), "got a folder"],
    ["a device", () => "/dev/null", "device"],
    ["nothing", () => join(temporaryFolder(), "none.yaml"), "ENOENT"],
    ["no text", () => fileWith(Buffer.from([0xff, 0xfe])), "UTF-8"],
    ["too much", () => fileWith("#".repeat(300_000)), "at most"],
    ["wrong", () => fileWith("name: 1"), "decant.yaml:1:7 (/name)"],
  ])("refuses %s clearly", async (_name, path, words) => {
    await expect(loadJob(path())).rejects.toMatchObject({
      code: "InvalidJob",
      message: expect.stringContaining(words),
    });
  });

  it("refuses a folder named like a job", async () => {
    const folder = join(temporaryFolder(), "decant.yaml");
    mkdirSync(folder);
    await expect(loadJob(folder)).rejects.toThrow("name the decant.yaml inside");
  });
});
