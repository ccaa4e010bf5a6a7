// The record of fidelity: results as they come, their means, and which recipes are measured again.
import { describe, expect, it } from "vitest";
import { fidelityOf } from "../../../../bench/peers/fidelity/closeness.ts";
import { pooledSides, sidesOfPair } from "../../../../bench/peers/fidelity/pooled.ts";
import { isComplete, type PairResult, type SideResult, withSide } from "../../../../bench/peers/fidelity/record.ts";
import { isWorthRepeating } from "../../../../bench/peers/fidelity/worth-repeating.ts";
import { logitsOf } from "../../../../core/statistics/logits.ts";

const pair = {
  network: "lite0",
  size: 160,
  data: "flowers",
  manifest_hash: "m",
  fp32_sha256: "f",
  top1_fp32: 80,
  calibration_count: 128,
};
const side = (kl_mean: number, changes = "=="): SideResult => {
  return { n: 2, kl_mean, disagreements: 1, top1_change_points: 0, changes, seconds: 1 };
};

describe("the record of fidelity", () => {
  it("takes results side by side and draw by draw", () => {
    let pairs: readonly PairResult[] = [];
    pairs = withSide(pairs, pair, 1, { decant: side(1) });
    pairs = withSide(pairs, pair, 0, { decant: side(2) });
    pairs = withSide(pairs, pair, 0, { "ort-minmax": side(3) });
    expect(pairs).toHaveLength(1);
    expect(pairs[0]!.seeds.map(({ seed, sides }) => [seed, Object.keys(sides)])).toEqual([
      [0, ["decant", "ort-minmax"]],
      [1, ["decant"]],
    ]);
  });

  it("drops draws that were made from another fp32 file", () => {
    const before = withSide([], pair, 0, { decant: side(1) });
    const after = withSide(before, { ...pair, fp32_sha256: "g" }, 1, { decant: side(2) });
    expect(after).toHaveLength(1);
    expect(after[0]!.seeds.map(({ seed }) => seed)).toEqual([1]);
  });
});

describe("a pair needs no more work, on any machine,", () => {
  const peers = { onnxruntime: "1.32.0" };
  const pairs = withSide([], { ...pair, cpu_model: "another CPU" }, 0, { decant: side(1) });
  const record = { command: "", pairs, machine: { cpu_model: "a CPU", versions: {} }, peers };
  const hasSeed = (seed: number, { seeds }: PairResult) => seeds.some((each) => each.seed === seed);

  it("once every draw of it is recorded", () => {
    expect(isComplete(record, pair, { seeds: 1, peers }, hasSeed)).toBe(true);
    expect(isComplete(record, pair, { seeds: 2, peers }, hasSeed)).toBe(false);
    expect(isComplete(record, { ...pair, size: 224 }, { seeds: 1, peers }, hasSeed)).toBe(false);
    expect(isComplete(undefined, pair, { seeds: 1, peers }, hasSeed)).toBe(false);
  });

  it("unless the data, the calibration or a peer's version changed", () => {
    const asked = { seeds: 1, peers };
    expect(isComplete(record, { ...pair, manifest_hash: "n" }, asked, hasSeed)).toBe(false);
    expect(isComplete(record, { ...pair, calibration_count: 64 }, asked, hasSeed)).toBe(false);
    expect(isComplete(record, pair, { seeds: 1, peers: { onnxruntime: "1.33.0" } }, hasSeed)).toBe(false);
  });
});

describe("pooled recipes", () => {
  const seeds = [
    { seed: 0, sides: { decant: side(1, "=+"), slow: side(9), broken: { error: "no kernel" } } },
    { seed: 1, sides: { decant: side(3, "=="), broken: { error: "no kernel" } } },
  ];

  it("average over the draws that were measured, without sides that failed", () => {
    const sides = sidesOfPair({ ...pair, seeds });
    expect(sides.map(({ name, kl_mean, draws }) => [name, kl_mean, draws])).toEqual([
      ["decant", 2, 2],
      ["slow", 9, 1],
    ]);
  });

  it("average over pairs, and hold only what every pair has", () => {
    const other = { ...pair, data: "tiles", manifest_hash: "n", seeds: [{ seed: 0, sides: { decant: side(4) } }] };
    const [decant, ...more] = pooledSides([{ ...pair, seeds }, other]);
    expect(more).toEqual([]);
    expect(decant).toMatchObject({ name: "decant", kl: { value: 3, n: 2 }, draws: 1 });
    // Four pictures: one of them gained in one of two draws.
    expect(decant!.change).toMatchObject({ value: 12.5, n: 4 });
  });

  it("say no interval of top-1 where the pictures' changes were not recorded", () => {
    const { changes: _, ...old } = side(1) as Extract<SideResult, { n: number }>;
    const [decant] = pooledSides([{ ...pair, seeds: [{ seed: 0, sides: { decant: old } }] }]);
    expect(decant!.change).toBeUndefined();
  });
});

describe("a recipe is measured on later draws", () => {
  const first = {
    decant: side(1),
    near: side(6),
    best: side(2),
    far: side(6.1),
    "ort-entropy": side(1.5),
    broken: { error: "" },
  };

  it("where it works and came within three times the best peer's KL", () => {
    expect(["decant", "near", "best"].map((name) => isWorthRepeating(name, first))).toEqual([true, true, true]);
    expect(["far", "broken", "ort-entropy", "absent"].some((name) => isWorthRepeating(name, first))).toBe(false);
  });
});

describe("closeness to fp32", () => {
  it("tells gained, lost and equal answers picture by picture", () => {
    const fp32 = logitsOf(Float32Array.from([1, 0, 1, 0, 0, 1, 1, 0]), 2);
    const int8 = logitsOf(Float32Array.from([0, 1, 1, 0, 1, 0, 1, 0]), 2);
    const fidelity = fidelityOf(fp32, int8, [0, 0, 0, 1]);
    expect(fidelity).toMatchObject({ n: 4, disagreements: 2, changes: "-=+=", top1_change_points: 0 });
    expect(fidelity.kl_mean).toBeGreaterThan(0);
  });
});
