// From profiles of probes to a table.
import { describe, expect, it } from "vitest";
import { planFamilies } from "../../../core/layer-times/grid.ts";
import { kernelSteps } from "../../../core/layer-times/kernel-steps.ts";
import { layersOf } from "../../../core/layer-times/layers-of.ts";
import { markerOf } from "../../../core/layer-times/probe.ts";
import { familyOf, probedTimes, probingOverhead, withoutOverhead } from "../../../core/layer-times/table-of.ts";
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

  it("are lowered alike, so that their sum is a whole run's time without a profile", () => {
    const shape = { kind: "conv", precision: "int8", kernel: 1, stride: 1, output_size: 8 } as const;
    const grid = { ...shape, multiple_of: 1, outputs_step: 1, times: [{ inputs: 8, outputs: 8, us: 10 }] };
    const layers = ["a", "b"].map((name) => ({ ...shape, name, inputs: 8, outputs: 8 }));
    expect(probingOverhead({ families: [grid] }, layers, 14)).toBe(3);
    expect(probingOverhead({ families: [grid] }, layers, 30)).toBe(0);
    expect(probingOverhead({ families: [] }, layers, 14)).toBe(0);
    expect(withoutOverhead(grid, 3).times[0]!.us).toBe(7);
    expect(withoutOverhead(grid, 9).times[0]!.us).toBe(2);
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
