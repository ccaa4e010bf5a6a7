// Graphs before quantization: simpler, and computing what they did.
import { describe, expect, it } from "vitest";
import { modelRuntime } from "../../../adapters/onnx-runtime/model-runtime.ts";
import { int, ints, makeNode } from "../../../core/onnx/attributes.ts";
import type { Graph, Model } from "../../../core/onnx/graph.ts";
import { floatTensor, int64Tensor } from "../../../core/onnx/tensor-data.ts";
import { writeModel } from "../../../core/onnx/write-model.ts";
import { floatPrefix } from "../../../core/quantization/prefix.ts";
import { simplified } from "../../../core/quantization/simplify.ts";
import { smallNetwork, smallPicture } from "../../fixtures/small-network.ts";

const operators = ({ graph }: Model) => graph.nodes.map(({ op }) => op);
const logits = async (model: Model) => {
  const input = async (at: number) => ({ name: "images", data: smallPicture(16, at), dims: [1, 3, 16, 16] });
  return (await modelRuntime(1).logits(writeModel(model), { count: 4, input })).values;
};
const withGraph = (change: (graph: Graph) => Partial<Graph>): Model => {
  const model = smallNetwork();
  return { ...model, graph: { ...model.graph, ...change(model.graph) } };
};

/** Weights as Constant nodes, and an Identity behind each of some values, as exporters leave them. */
function cluttered(): Model {
  return withGraph(({ nodes, initializers }) => {
    const constants = initializers.map((tensor) =>
      makeNode("Constant", `${tensor.name}_node`, [], [tensor.name], { value: { kind: "tensor", value: tensor } }),
    );
    const copied = nodes.flatMap((node) => {
      if (node.op !== "Conv") return [node];
      const [output] = node.outputs;
      const raw = { ...node, outputs: [`${output}_raw`] };
      return [raw, makeNode("Identity", `${output}_copy`, [`${output}_raw`], [output!])];
    });
    return { nodes: [...constants, ...copied], initializers: [] };
  });
}

describe("a simplified graph", () => {
  it("has initializers instead of Constant and no Identity, and computes what the tidy network does", async () => {
    const model = cluttered();
    const simple = simplified(model);
    expect(operators(model)).toEqual(expect.arrayContaining(["Constant", "Identity"]));
    expect(operators(simple).filter((op) => op === "Constant" || op === "Identity")).toEqual([]);
    expect(await logits(model)).toEqual(await logits(smallNetwork()));
    expect(await logits(simple)).toEqual(await logits(simplified(smallNetwork())));
  });

  it("pools instead of taking the mean over height and width, within rounding", async () => {
    const model = smallNetwork();
    const simple = simplified(model);
    expect(operators(simple)).toEqual(expect.arrayContaining(["GlobalAveragePool", "Flatten"]));
    expect(operators(simple)).not.toContain("ReduceMean");
    const [before, after] = [await logits(model), await logits(simple)];
    before.forEach((value, at) => {
      expect(after[at]).toBeCloseTo(value, 4);
    });
  });

  it("scales the first weights instead of every pixel, by channel or by all alike, within rounding", async () => {
    const byChannel = withGraph(({ nodes, initializers }) => ({
      nodes,
      initializers: [
        ...initializers.filter(({ name }) => name !== "input_scale" && name !== "one"),
        floatTensor("input_scale", [1, 3, 1, 1], [1 / 50, 1 / 60, 1 / 70]),
        floatTensor("one", [1, 3, 1, 1], [2.1, 2, 1.7]),
      ],
    }));
    for (const model of [smallNetwork(), byChannel]) {
      const simple = simplified(model);
      expect(operators(simple)).not.toContain("Mul");
      const [before, after] = [await logits(model), await logits(simple)];
      before.forEach((value, at) => {
        expect(after[at]).toBeCloseTo(value, 4);
      });
    }
  });

  it("keeps the scale where others use what it makes", () => {
    const shared = withGraph(({ outputs }) => ({
      outputs: [...outputs, { name: "scaled", type: undefined }],
    }));
    expect(operators(simplified(shared))).toContain("Mul");
  });

  it("has zero padding inside its convolutions, with the same logits to the bit", async () => {
    const padded = withGraph(({ nodes, initializers }) => ({
      initializers: [...initializers, int64Tensor("padding", [0, 0, 0, 1, 0, 0, 2, 1])],
      nodes: nodes.flatMap((node) => {
        if (node.name !== "spatial_conv") return [node];
        const pad = makeNode("Pad", "pad", [node.inputs[0]!, "padding"], ["padded"]);
        const attributes = new Map(node.attributes).set("pads", ints([2, 1, 0, 1]));
        return [pad, { ...node, inputs: ["padded", ...node.inputs.slice(1)], attributes }];
      }),
    }));
    expect(operators(simplified(padded))).not.toContain("Pad");
    expect(await logits(padded)).toEqual(await logits(smallNetwork()));
    expect(await logits(simplified(padded))).toEqual(await logits(simplified(smallNetwork())));
  });

  it("keeps padding with something else than zeros", () => {
    const edge = withGraph(({ nodes, initializers }) => ({
      initializers: [...initializers, int64Tensor("padding", [0, 0, 1, 1, 0, 0, 1, 1])],
      nodes: nodes.flatMap((node) => {
        if (node.name !== "expand") return [node];
        const mode = { kind: "string", value: new TextEncoder().encode("edge") } as const;
        const pad = makeNode("Pad", "pad", [node.inputs[0]!, "padding"], ["padded"], { mode });
        return [pad, { ...node, inputs: ["padded", ...node.inputs.slice(1)] }];
      }),
    }));
    expect(operators(simplified(edge))).toContain("Pad");
  });

  it("has batch normalization inside its convolutions, within rounding", async () => {
    const normalized = withGraph(({ nodes, initializers }) => {
      const channels = [1.5, 0.2, -1, 2, 0.7, 1, 3, 0.1];
      const named = (name: string, shift: number) =>
        floatTensor(
          name,
          [8],
          channels.map((value) => Math.abs(value) + shift),
        );
      return {
        initializers: [
          ...initializers,
          floatTensor("bn_scale", [8], channels),
          named("bn_shift", -1),
          named("bn_mean", 0),
          named("bn_variance", 0.5),
        ],
        nodes: nodes.flatMap((node) => {
          if (node.name !== "stem") return [node];
          const raw = { ...node, outputs: ["raw"], inputs: node.inputs.slice(0, 2) };
          const inputs = ["raw", "bn_scale", "bn_shift", "bn_mean", "bn_variance"];
          return [raw, makeNode("BatchNormalization", "bn", inputs, node.outputs)];
        }),
      };
    });
    const simple = simplified(normalized);
    expect(operators(simple)).not.toContain("BatchNormalization");
    const [before, after] = [await logits(normalized), await logits(simple)];
    before.forEach((value, at) => {
      expect(after[at]).toBeCloseTo(value, 3);
    });
  });

  it("keeps a mean over other axes", () => {
    const overChannels = withGraph(({ initializers }) => ({
      initializers: initializers.map((tensor) => (tensor.name === "spatial" ? int64Tensor("spatial", [1, 2]) : tensor)),
    }));
    expect(operators(simplified(overChannels))).toContain("ReduceMean");
  });

  it("keeps an Identity that makes a graph output, and a Constant that is one", () => {
    const model = withGraph(({ nodes, outputs }) => ({
      nodes: [
        ...nodes.slice(0, -1),
        { ...nodes.at(-1)!, outputs: ["raw"] },
        makeNode("Identity", "last", ["raw"], ["logits"]),
      ],
      outputs,
    }));
    expect(operators(simplified(model)).at(-1)).toBe("Identity");
  });
});

describe("the fp32 prefix", () => {
  it("is the stem and the depthwise convolution right behind it", () => {
    expect(floatPrefix(smallNetwork().graph, 8)).toEqual(["stem_out", "depthwise_out"]);
  });

  it("is empty where an ordinary convolution comes second, as in residual networks", () => {
    const model = withGraph(({ nodes }) => ({ nodes: nodes.filter(({ name }) => !name.startsWith("depthwise")) }));
    expect(floatPrefix(model.graph, 8)).toEqual([]);
    const grouped = withGraph(({ nodes }) => ({
      nodes: nodes.map((node) =>
        node.name === "depthwise"
          ? {
              ...node,
              attributes: new Map([
                ["group", int(2)],
                ["pads", ints([1, 1, 1, 1])],
              ]),
            }
          : node,
      ),
    }));
    expect(floatPrefix(grouped.graph, 8)).toEqual([]);
  });
});
