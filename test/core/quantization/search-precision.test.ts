// The search for the layers that stay in fp32, with made-up times.
import { describe, expect, it } from "vitest";
import type { PrecisionVariant } from "../../../core/quantization/precision-variants.ts";
import { precisionVariants } from "../../../core/quantization/precision-variants.ts";
import { eligible, searchPrecision, type TimeVariants } from "../../../core/quantization/search-precision.ts";
import { simplified } from "../../../core/quantization/simplify.ts";
import { seededRandom } from "../../../core/statistics/random.ts";
import { smallNetwork } from "../../fixtures/small-network.ts";

const variant = (name: string, ...fp32_nodes: string[]): PrecisionVariant => ({ name, fp32_nodes });
const VARIANTS = {
  layers: 26,
  standard: variant("two", "a", "b"),
  prefixes: [variant("none"), variant("one", "a"), variant("two", "a", "b"), variant("three", "a", "b", "c")],
  parts: [variant("tail", "z")],
};

/** Times in ms by the fp32 layers, with noise of a share. */
function clock(times: (nodes: readonly string[] | null) => number, noise = 0.002) {
  const random = seededRandom(1);
  const asked: { readonly names: readonly string[]; readonly blocks: number }[] = [];
  const time: TimeVariants = async (variants, blocks) => {
    asked.push({ names: variants.map((each) => each?.name ?? "fp32"), blocks });
    return variants.map((each) =>
      Array.from({ length: blocks }, () =>
        Array.from({ length: 20 }, () => times(each?.fp32_nodes ?? null) * (1 + noise * (random() - 0.5))),
      ),
    );
  };
  return { time, asked };
}

const always = () => true;

describe("the search for precisions", () => {
  it("keeps the fixed rule where nothing is faster, and says how int8 compares with fp32", async () => {
    const { time } = clock((nodes) => (nodes === null ? 9 : nodes.join() === "a,b" ? 3 : 3.3));
    const found = await searchPrecision(VARIANTS, time, always);
    expect(found).toMatchObject({ standard: "two", fastest: "two" });
    expect(found.fp32_speed_ratio).toBeCloseTo(1 / 3, 2);
    expect(eligible(found, 0.02).map(({ name }) => name)).toEqual(["two"]);
  });

  it("takes a faster prefix and then a part on top of it, each confirmed by a longer run", async () => {
    const { time, asked } = clock((nodes) => {
      if (nodes === null) return 9;
      return 3 - (nodes.length === 1 || nodes.includes("z") ? 0.3 : 0) - (nodes.includes("z") ? 0.3 : 0);
    });
    const found = await searchPrecision(VARIANTS, time, always);
    expect(found.fastest).toBe("one and tail");
    const best = found.variants.find(({ name }) => name === found.fastest)!;
    expect(best).toMatchObject({ confirmed: true, fp32_nodes: ["a", "z"] });
    expect(best.speed_ratio.value).toBeCloseTo(3 / 2.4, 1);
    expect(asked.filter(({ blocks }) => blocks > 4).map(({ names }) => names)).toEqual([
      ["two", "one"],
      ["one", "one and tail"],
    ]);
  });

  it("believes no gain that is noise", async () => {
    const { time } = clock(() => 3, 1.5);
    const found = await searchPrecision(VARIANTS, time, always);
    expect(found.fastest).toBe("two");
  });

  it("confirms nothing after its time is up", async () => {
    const { time, asked } = clock((nodes) => (nodes?.length === 1 ? 2 : 3));
    const found = await searchPrecision(VARIANTS, time, () => false);
    expect(found.fastest).toBe("two");
    expect(asked.length).toBe(1);
  });

  it("lets a slightly slower variant ship, for its output may come closer", async () => {
    const { time } = clock((nodes) => (nodes?.length === 3 ? 3.03 : nodes?.length === 2 ? 3 : 4));
    const found = await searchPrecision({ ...VARIANTS, parts: [] }, time, always);
    expect(eligible(found, 0.02).map(({ name }) => name)).toEqual(["two", "three"]);
  });
});

describe("variants of a network", () => {
  it("are prefixes, the classifier and the stages, with the fixed rule among the prefixes", () => {
    const { graph, ir_version } = simplified(smallNetwork());
    const { standard, prefixes, parts } = precisionVariants(graph, ir_version);
    expect(prefixes.map(({ fp32_nodes }) => fp32_nodes.length)).toEqual([0, 1, 2, 3, 4]);
    expect(standard).toBe(prefixes[2]);
    expect(parts.map(({ name }) => name)).toEqual(["the classifier", "stage 1"]);
  });
});
