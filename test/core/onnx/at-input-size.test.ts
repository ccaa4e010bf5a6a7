// An image network at another input size.
import { describe, expect, it } from "vitest";
import { layersOf } from "../../../core/layer-times/layers-of.ts";
import { atInputSize } from "../../../core/onnx/at-input-size.ts";
import { smallNetwork } from "../../fixtures/small-network.ts";

describe("a network at another input size", () => {
  const model = smallNetwork({ size: 64, channels: 8 });

  it("has the same layers, with outputs smaller in proportion", () => {
    const [own, half] = [layersOf(model), layersOf(atInputSize(model, 32))];
    expect(half.input_size).toBe(32);
    expect(half.layers.map(({ name }) => name)).toEqual(own.layers.map(({ name }) => name));
    expect(half.layers[1]!.output_size).toBe(own.layers[1]!.output_size / 2);
  });

  it("is refused where the input is no image", () => {
    const inputs = model.graph.inputs.map((input) => ({
      ...input,
      type: { kind: "tensor", element: "float32", shape: [1, 8] } as const,
    }));
    const flat = { ...model, graph: { ...model.graph, inputs } };
    expect(() => atInputSize(flat, 32)).toThrow("expected an input [N, C, side, side]");
  });
});
