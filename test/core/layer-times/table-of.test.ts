// From profiles of probes to a table.
import { describe, expect, it } from "vitest";
import { planFamilies } from "../../../core/layer-times/grid.ts";
import { kernelSteps } from "../../../core/layer-times/kernel-steps.ts";
import { layersOf } from "../../../core/layer-times/layers-of.ts";
import { markerOf } from "../../../core/layer-times/probe.ts";
import { corrected, correctionOf, familyOf, probedTimes } from "../../../core/layer-times/table-of.ts";
import { smallNetwork } from "../../fixtures/small-network.ts";

const profile = (nodes: readonly (readonly [string, number])[], run_us: number | null = null) => ({
  name: "probe",
  run_us,
  nodes: nodes.map(([name, us]) => ({ name, us })),
});

describe("a profiled node", () => {
  it.each([
    ["c12", 12],
    ["c12_token_5", 12],
    ["c3_clipped_nchwc", 3],
    ["c3/end", 3],
  ])("%s is the layer itself", (name, layer) => expect(markerOf(name)).toEqual({ layer, role: "own" }));

  it.each([
    "c12p",
    "c12p_token_5",
    "Transpose_token_8",
    "m4_token_1",
    "c0p_out_dequantize",
    "x16x14_dequantized_quantize",
  ])("%s is none", (name) => expect(markerOf(name)).toBeUndefined());
});

describe("probed times", () => {
  it("leave out what stands at a branch's ends", () => {
    const nodes = [
      ["x_quantize", 9],
      ["Transpose", 4],
      ["c0_token_1", 20],
      ["c0p_token_2", 5],
      ["c1", 2],
    ] as const;
    expect(probedTimes(profile(nodes), 2)).toEqual([20, 2]);
  });

  it("sum what lies between two nodes", () => {
    const nodes = [
      ["b0q_clipped_nchwc", 50],
      ["ReorderOutput", 7],
      ["q", 9],
      ["e0_token_3", 30],
      ["f1", 5],
      ["s1", 6],
      ["e1", 8],
    ] as const;
    expect(probedTimes(profile(nodes), 3)).toEqual([16, 11, undefined]);
  });
});

describe("a correction", () => {
  const shape = { kind: "conv", precision: "int8", kernel: 1, stride: 1, output_size: 8 } as const;
  const grid = { ...shape, multiple_of: 1, outputs_step: 1, times: [{ inputs: 8, outputs: 8, us: 10 }] };
  const network = (count: number, outputs: number, us: number) => ({
    layers: Array.from({ length: count }, (_, at) => ({ ...shape, name: String(at), inputs: 8, outputs })),
    us,
  });

  it("of one network lowers all layers alike, so that their sum is a whole run's time, and raises none", () => {
    expect(correctionOf({ families: [grid] }, "int8", [network(2, 8, 14)])).toEqual({ scale: 1, overhead_us: 3 });
    expect(correctionOf({ families: [grid] }, "int8", [network(2, 8, 30)])).toEqual({ scale: 1, overhead_us: 0 });
  });

  it("of two networks gives both their times", () => {
    // Probed: 4 layers of 10 us, and 4 of 100 us. True: 0.9 times as much, less 2 us.
    const both = [network(4, 80, 4 * 88), network(4, 8, 4 * 7)];
    const { scale, overhead_us } = correctionOf({ families: [grid] }, "int8", both);
    expect([scale, overhead_us]).toEqual([expect.closeTo(0.9), expect.closeTo(2)]);
    expect(corrected(grid, { scale, overhead_us }).times[0]!.us).toBe(7);
  });

  it("takes a slow moment in the larger network for no more than caches can cost, and the smaller one for right", () => {
    const both = [network(4, 80, 4 * 200), network(4, 8, 4 * 8)];
    const { scale, overhead_us } = correctionOf({ families: [grid] }, "int8", both);
    expect(scale).toBe(1.25);
    expect(scale * 10 - overhead_us).toBeCloseTo(8);
  });

  it("leaves layers of the other precision to theirs", () => {
    const float = { ...grid, precision: "fp32" as const };
    const mixed = network(2, 8, 20);
    mixed.layers[0] = { ...mixed.layers[0]!, precision: "fp32" } as never;
    expect(correctionOf({ families: [grid, float] }, "int8", [mixed])).toEqual({ scale: 1, overhead_us: 0 });
    expect(correctionOf({ families: [grid, float] }, "int8", [{ ...mixed, us: 16 }]).overhead_us).toBe(4);
  });

  it("is none where the table misses a layer", () => {
    expect(correctionOf({ families: [] }, "int8", [network(2, 8, 14)])).toEqual({ scale: 1, overhead_us: 0 });
  });

  it("leaves a fifth of a time at least", () => {
    expect(corrected(grid, { scale: 1, overhead_us: 9 }).times[0]!.us).toBe(2);
  });
});

describe("a grid", () => {
  const families = planFamilies(layersOf(smallNetwork({ size: 64, channels: 64 })), [64, 32], 16);

  it("holds every family of layers once, at every planned input size", () => {
    const keys = families.map(({ shape }) => JSON.stringify(shape));
    expect(new Set(keys).size).toBe(keys.length);
    expect(new Set(families.map(({ shape }) => shape.output_size))).toEqual(new Set([64, 32, 16, 1]));
  });

  it("is rectangular, from an eighth of the narrowest to the widest", () => {
    const pointwise = families.find(({ shape }) => shape.kind === "conv" && shape.kernel === 1)!;
    expect(pointwise.layers.map(({ inputs, outputs }) => `${inputs}>${outputs}`)).toEqual([
      ...["16>16", "16>48", "16>128", "48>16", "48>48", "48>128", "128>16", "128>48", "128>128"],
    ]);
  });

  it("with a time missing gives no family", () => {
    const [family] = families;
    const last = family!.layers.at(-1);
    expect(familyOf(family!, () => 1, 1)?.times).toHaveLength(family!.layers.length);
    expect(familyOf(family!, (layer) => (layer === last ? undefined : 1), 1)).toBeUndefined();
  });
});

describe("kernel steps", () => {
  const steps = (block: number, quick: number) =>
    kernelSteps(({ kind, outputs }) =>
      kind === "conv" ? Math.ceil(outputs / block) * block : outputs * (outputs % quick === 0 ? 1 : 1.8),
    );

  it.each([8, 16, 32])("of %s are found", (block) => {
    expect(steps(block, 16)).toEqual({ conv_outputs: block, depthwise_multiple: 16 });
  });

  it("of depthwise layers are found, or that there are none", () => {
    expect(steps(16, 32).depthwise_multiple).toBe(32);
    expect(steps(16, 1).depthwise_multiple).toBe(1);
  });
});
