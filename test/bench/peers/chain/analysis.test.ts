// Decant against the other sides at equal latency, and files pooled over data sets and seeds.
import { describe, expect, it } from "vitest";
import { bestFp32, pooledFiles, shareResults } from "../../../../bench/peers/chain/analysis.ts";
import { chainEntry, chainFile } from "./entries.ts";

const own = chainFile({ side: "decant", name: "decant-1/8", share: 8, ms_p50: 2, correct: "1111" });
const siblings = [
  chainFile({ name: "sibling-96", ms_p50: 1, correct: "0011" }),
  chainFile({ name: "sibling-128", ms_p50: 4, correct: "0110" }),
];
const fp32 = [
  chainFile({ side: "fp32", name: "fp32-128", correct: "1110" }),
  chainFile({ side: "fp32", name: "teacher-1/8", correct: "0001" }),
];
const entry = chainEntry({ files: [own, ...siblings, ...fp32] });

describe("a share of the baseline's latency", () => {
  it("is compared with the siblings at the latency of Decant's own file", () => {
    const [result] = shareResults([entry]);
    // Interpolated siblings: 0, 0.5, 1, 0.5 on four pictures that Decant has all right.
    expect(result!.over_siblings).toMatchObject({ points: { value: 50, n: 4 }, entries: 1, no_file_as_fast: 0 });
    expect(result!.over_pruned).toBeUndefined();
  });

  it("is compared with the fp32 file that is best on the test pictures", () => {
    expect(bestFp32([entry]).get("flowers")).toBe("fp32-128");
    expect(shareResults([entry])[0]!.over_fp32?.points.value).toBe(25);
  });

  it("counts where Decant kept no promise, and leaves it out of the differences", () => {
    const refused = chainEntry({ seed: 1, files: siblings });
    const [result] = shareResults([entry, refused]);
    expect(result).toMatchObject({ share: 8, entries: 2, kept: 1, over_siblings: { entries: 1 } });
  });

  it("counts pictures once however many seeds answered them, and others beside them", () => {
    const again = { ...entry, seed: 1 };
    const elsewhere = { ...entry, data: "tiles", test_digest: "b" };
    expect(shareResults([entry, again])[0]!.over_siblings?.points.n).toBe(4);
    expect(shareResults([entry, again, elsewhere])[0]!.over_siblings?.points).toMatchObject({ value: 50, n: 8 });
  });
});

describe("pooled files", () => {
  it("average speed-ups geometrically and answers over seeds", () => {
    const faster = { ...own, speedup: { value: 48, low: 47, high: 49 }, correct: "0000" };
    const files = pooledFiles([entry, chainEntry({ seed: 1, files: [faster] })]);
    const pooled = files.find(({ name }) => name === "decant-1/8")!;
    expect(pooled.entries).toBe(2);
    expect(pooled.speedup).toBeCloseTo(24, 9);
    expect(pooled.top1).toMatchObject({ value: 50, n: 4 });
  });
});
