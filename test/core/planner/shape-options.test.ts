// Which shapes are worth trying, with a table of layer times and without one.
import { describe, expect, it } from "vitest";
import { networkOfTeacher } from "../../../core/planner/network.ts";
import { type LayerLatencies, NO_FACTORS, predictFile } from "../../../core/planner/predict-file.ts";
import { SEARCH } from "../../../core/planner/recipes.ts";
import { candidateOf, shapeOfCandidate } from "../../../core/planner/shape.ts";
import { type SearchSpace, shapeOptions } from "../../../core/planner/shape-options.ts";
import { planOf, TEACHER } from "../../fixtures/planner.ts";

/** 4 ms unpruned at 224 px, of which a fifth doesn't shrink with the widths. */
const latencies: LayerLatencies = {
  latencyMs: (input_size, widths_ratio) => 4 * (input_size / 224) ** 2 * (0.2 + 0.8 * widths_ratio),
  channel_multiple: 32,
  p95OverP50: () => SEARCH.latency_p95_over_p50,
};

function space(budget: SearchSpace["plan"]["budget"]): SearchSpace {
  const network = networkOfTeacher(TEACHER);
  return { plan: planOf(budget), network, teacher_size: 224, latencies, factors: NO_FACTORS };
}

describe("shapes with a table of layer times", () => {
  it("begin with the largest input that is fast enough unpruned, then the next larger one pruned to the promise", () => {
    // 160 px: 2.04 ms, 128 px: 1.31 ms
    const [first, second, third] = shapeOptions(space({ latency_ms_p95: 1.84 }));
    expect(first!.shape).toEqual({ input_size: 128, parameters_ratio: 1, macs_ratio: 1 });
    expect(second!.shape).toMatchObject({ input_size: 160, pruner: "knapsack", channel_multiple: 32 });
    expect(second!.shape.latency_ms).toBeCloseTo((1.84 * 0.9) / SEARCH.latency_p95_over_p50, 2);
    expect(third!.shape).toMatchObject({ input_size: 112 });
  });

  it("count on the time that pruning for size saves, and hold the pruner to the promise", () => {
    // 128 px: 1.31 ms unpruned, of which the promise lets 0.94 be
    const [unpruned] = shapeOptions(space({ latency_ms_p95: 1.2 }));
    expect(unpruned!.shape.input_size).toBe(112);
    const [small, beside] = shapeOptions(space({ latency_ms_p95: 1.2, size_bytes: 1_500_000 }));
    expect(small!.shape).toMatchObject({ input_size: 128, pruner: "knapsack" });
    expect(small!.shape.latency_ms).toBeCloseTo((1.2 * 0.9) / SEARCH.latency_p95_over_p50, 2);
    expect(beside!.shape).toMatchObject({ input_size: 160, parameters_ratio: small!.shape.parameters_ratio });
  });

  it("prefer a larger input that is pruned a little to a smaller one that leaves latency unused", () => {
    // 128 px: 1.31 ms unpruned, of which the promise lets 1.17 be; 112 px: 1 ms
    const { shape } = shapeOptions(space({ latency_ms_p95: 1.5 }))[0]!;
    expect(shape).toMatchObject({ input_size: 128, pruner: "knapsack" });
    expect(shape.latency_ms).toBeCloseTo((1.5 * 0.9) / SEARCH.latency_p95_over_p50, 2);
  });

  it("ask the pruner for less where files were measured to be slower than predicted", () => {
    const [first] = shapeOptions({ ...space({ latency_ms_p95: 1.84 }), factors: { size: 1, latency: 1.2 } });
    expect(first!.shape.input_size).toBe(128);
    const predict = predictFile(networkOfTeacher(TEACHER), latencies, { size: 1, latency: 1.2 });
    expect(first!.shape.latency_ms).toBeCloseTo((1.84 * 0.9) / SEARCH.latency_p95_over_p50 / 1.2, 2);
    expect(predict(first!.shape).latency_ms_p50).toBeLessThanOrEqual((1.84 * 0.9) / SEARCH.latency_p95_over_p50);
  });

  it("are never larger than their teacher's input, the best of those tried", () => {
    const { shape } = shapeOptions({ ...space({}), teacher_size: 128 })[0]!;
    expect(shape.input_size).toBe(128);
    expect(shapeOptions({ ...space({}), teacher_size: 64 })[0]!.shape.input_size).toBe(112);
  });

  it("leave more room below the promise on a target whose slow runs lie further above the median", () => {
    const at = (ratio: number) => ({
      ...space({ latency_ms_p95: 1.84 }),
      latencies: { ...latencies, p95OverP50: () => ratio },
    });
    const pruned = (ratio: number) => shapeOptions(at(ratio)).find(({ shape }) => shape.pruner === "knapsack")!.shape;
    expect(pruned(1.4).latency_ms).toBeCloseTo((1.84 * 0.9) / 1.4, 2);
    expect(shapeOptions(at(2))[0]!.shape.input_size).toBeLessThan(shapeOptions(at(1.1))[0]!.shape.input_size);
  });

  it("become candidates and are read back unchanged", () => {
    for (const { shape } of shapeOptions(space({ latency_ms_p95: 1.84, size_bytes: 2_500_000 })))
      expect(shapeOfCandidate(candidateOf(shape, 1, 5))).toEqual(shape);
  });

  it("have names that tell them apart", () => {
    const options = shapeOptions(space({ latency_ms_p95: 1.84, size_bytes: 2_500_000 }));
    const ids = options.map(({ shape }) => candidateOf(shape, 1, 5).id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("are pruned to the promise at the smallest input, where no smaller one could keep it", () => {
    // 112 px: 1 ms unpruned, of which the promise lets 0.4 be
    const promise = (0.4 * SEARCH.latency_p95_over_p50) / 0.9;
    const [only] = shapeOptions(space({ latency_ms_p95: promise }));
    expect(only!.shape).toMatchObject({ input_size: 112, pruner: "knapsack" });
    expect(only!.shape.latency_ms).toBeCloseTo(0.4, 2);
    expect(only!.why).not.toContain("too slow");
  });

  it("are at least one where nothing is fast enough, pruned as far as is worth it, and it is said", () => {
    const [only] = shapeOptions(space({ latency_ms_p95: 0.1 }));
    expect(only!.shape).toMatchObject({ input_size: 112, pruner: "knapsack" });
    expect(only!.why).toContain("predicted too slow");
  });
});

it("without a table the smallest input is measured before it is pruned for latency", () => {
  const [only] = shapeOptions({ ...space({ latency_ms_p95: 0.1 }), latencies: undefined });
  expect(only!.shape).toEqual({ input_size: 112, parameters_ratio: 1, macs_ratio: 1 });
  expect(only!.why).toContain("by its MACs too slow");
});
