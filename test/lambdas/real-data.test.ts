// Reading the real data sets that may lie beside the repository: DECANT_SHARED_DATA, or ../shared/data.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parseJob } from "../../core/job/parse-job.ts";
import { readData } from "../../lambdas/read-data.ts";
import { folderServices } from "../fixtures/folder-services.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const shared = resolve(repository, process.env.DECANT_SHARED_DATA ?? "../shared/data");
const present = existsSync(join(shared, "flowers"));
if (!present) console.log(`skipped: no data sets in ${shared} (set DECANT_SHARED_DATA)`);

async function read(source: string) {
  const text = JSON.stringify({
    version: 1,
    name: "real",
    task: "image-classification",
    data: { source },
    target: { device: "this-machine" },
  });
  const parsed = parseJob(text, "job.json");
  if ("problems" in parsed) throw new Error(JSON.stringify(parsed.problems));
  return readData(folderServices(temporaryFolder()), parsed.job, shared);
}

describe.skipIf(!present)("real data", () => {
  it("of flowers: val is the test, validation is carved from train", async () => {
    const { manifest, left_out } = await read("flowers");
    expect(manifest.counts.test).toEqual([60, 60, 60, 60, 60]);
    expect(manifest.rows).toHaveLength(900);
    expect(left_out).toEqual([]);
  });

  it("of magnetic tiles, imbalanced: every class keeps its floors", async () => {
    const { manifest } = await read("magnetic-tile");
    expect(manifest.counts.test).toEqual([29, 22, 15, 8, 100, 26]);
    for (const count of manifest.counts.validation) expect(count).toBeGreaterThanOrEqual(5);
  });

  it("of photos without splits: all are drawn, none is lost", async () => {
    const { manifest } = await read("pacs/photo");
    const { train, validation, test } = manifest.counts;
    expect([...train, ...validation, ...test].reduce((sum, count) => sum + count)).toBe(315);
    expect(Math.min(...validation, ...test)).toBeGreaterThanOrEqual(5);
  });

  it("in nested class folders is refused with a way out", async () => {
    await expect(read("pacs")).rejects.toThrow("name photo as data.source");
  });

  it("that is sound is refused as no images", async () => {
    await expect(read("fsdd")).rejects.toThrow("Expected labelled images");
  });
});
