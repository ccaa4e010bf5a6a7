// Structure: what two networks of equal timing share.
import { describe, expect, it } from "vitest";
import { structureOf } from "../../../core/onnx/structure.ts";
import { smallNetwork } from "../../fixtures/small-network.ts";

describe("the structure of a graph", () => {
  const of = (options: Parameters<typeof smallNetwork>[0]) => structureOf(smallNetwork(options).graph);

  it("is the same for other weights", () => {
    expect(of({ seed: 1 })).toBe(of({ seed: 2 }));
  });

  it("differs by channels, classes, input size and activation", () => {
    const texts = [{}, { channels: 16 }, { classes: 4 }, { size: 32 }, { activation: "Relu" as const }].map(of);
    expect(new Set(texts).size).toBe(texts.length);
  });
});
