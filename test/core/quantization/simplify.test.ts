// Graphs before quantization: simpler, and computing what they did.
import { describe, expect, it } from "vitest";
import { modelRuntime } from "../../../adapters/onnx-runtime/model-runtime.ts";
import { int, ints, makeNode } from "../../../core/onnx/attributes.ts";
import type { Graph, Model } from "../../../core/onnx/graph.ts";
import { int64Tensor } from "../../../core/onnx/tensor-data.ts";
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
