// Cutting a graph into parts, and laying two side by side, changes no value.
import { describe, expect, it } from "vitest";
import { modelRuntime } from "../../../adapters/onnx-runtime/model-runtime.ts";
import type { ValueInfo } from "../../../core/onnx/graph.ts";
import { between, bottlenecks, sideBySide } from "../../../core/onnx/part.ts";
import { writeModel } from "../../../core/onnx/write-model.ts";
import type { ModelInput, ModelSamples } from "../../../core/quantization/runtime.ts";
import { smallNetwork, smallPicture } from "../../fixtures/small-network.ts";

const SIZE = 16;
const runtime = modelRuntime(1);
const model = smallNetwork({ size: SIZE });
const images = model.graph.inputs;
const picture = async (): Promise<ModelInput> => ({
  name: "images",
  data: smallPicture(SIZE, 7),
  dims: [1, 3, SIZE, SIZE],
});
const samples: ModelSamples = { count: 1, input: picture };

async function valuesOf(part: typeof model, fed: ModelSamples): Promise<Map<string, ModelInput>> {
  const values = new Map<string, ModelInput>();
  await runtime.observe(writeModel(part), fed, (name, data, dims) => {
    values.set(name, { name, data: data.slice(), dims: [...dims] });
  });
  return values;
}

describe("parts of a graph", () => {
  it("lie between bottlenecks: a chain's every value, but nothing inside a residual block", () => {
    const found = bottlenecks(model.graph, "images");
    expect(found[0]).toBe("images");
    expect(found).toContain("project_out");
    expect(found).toContain("sum");
    expect(found).not.toContain("expand_out");
    expect(found).not.toContain("reduce_out");
  });

  it("compute what the whole graph does, one after the other", async () => {
    const first = await valuesOf(between(model, images, ["project_out"]), samples);
    const cut = first.get("project_out")!;
    const info: ValueInfo = { name: cut.name, type: { kind: "tensor", element: "float32", shape: cut.dims } };
    const rest = between(model, [info], ["logits"]);
    expect(rest.graph.nodes.map(({ name }) => name)).not.toContain("project");
    expect(rest.graph.inputs.map(({ name }) => name)).toEqual(["project_out"]);
    const logits = await valuesOf(rest, { count: 1, input: async () => cut });
    const whole = await runtime.logits(writeModel(model), samples);
    expect([...logits.get("logits")!.data]).toEqual([...whole.values]);
  });

  it("stand side by side under other names, with the input of both or each with its own", async () => {
    const other = smallNetwork({ size: SIZE, seed: 2 });
    const both = await valuesOf(sideBySide(model, other, "second/", new Set(["images"])), samples);
    const [a, b] = [await runtime.logits(writeModel(model), samples), await runtime.logits(writeModel(other), samples)];
    expect([...both.get("logits")!.data]).toEqual([...a.values]);
    expect([...both.get("second/logits")!.data]).toEqual([...b.values]);
    const apart = sideBySide(model, other, "second/", new Set());
    expect(apart.graph.inputs.map(({ name }) => name)).toEqual(["images", "second/images"]);
  });
});
