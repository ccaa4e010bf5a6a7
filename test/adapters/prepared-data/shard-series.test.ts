// Shards: where one ends and the next begins.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openNpy } from "../../../adapters/npy.ts";
import { SHARD_SIZE_BYTES_MAX, shardSamples, shardSeries } from "../../../adapters/prepared-data/shard-series.ts";

test("a shard holds 4096 samples, or fewer where those would be over 256 MB", () => {
  expect(shardSamples(64)).toBe(4096);
  expect(shardSamples(224)).toBe(1700);
  expect(shardSamples(224) * 224 * 224 * 3).toBeLessThanOrEqual(SHARD_SIZE_BYTES_MAX);
  expect(shardSamples(20_000)).toBe(1);
});

test("seven samples at three a shard are files of three, three and one", async () => {
  const folder = mkdtempSync(join(tmpdir(), "decant-shards-"));
  try {
    const series = shardSeries(folder, "test-2", 2, 3);
    for (let at = 0; at < 7; at += 1) await series.append(new Uint8Array(12).fill(at));
    await series.cut();
    expect(series.names).toEqual(["test-2-0.npy", "test-2-1.npy", "test-2-2.npy"]);
    const shards = series.names.map((name) => openNpy(join(folder, name)));
    expect(shards.map((shard) => shard.header.shape[0])).toEqual([3, 3, 1]);
    expect(shards[2]!.row(0)).toEqual(new Uint8Array(12).fill(6));
    for (const shard of shards) shard.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
