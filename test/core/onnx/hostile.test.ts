// Hostile and unreadable models, each refused by name with its place, before any runtime could see it.
import { onnx } from "onnx-proto";
import { describe, expect, it } from "vitest";
import { DecantError } from "../../../core/errors/problem.ts";
import { makeNode } from "../../../core/onnx/attributes.ts";
import type { Graph, Node } from "../../../core/onnx/graph.ts";
import { readModel } from "../../../core/onnx/read-model.ts";
import { writeModel } from "../../../core/onnx/write-model.ts";
import { smallNetwork } from "../../fixtures/small-network.ts";

const plain = () => onnx.ModelProto.decode(writeModel(smallNetwork({ channels: 4 })));
const encoded = (model: onnx.IModelProto) => onnx.ModelProto.encode(model).finish();

/** A field as bytes: its tag and, behind a length, its content. */
function field(number: number, content: Uint8Array | readonly number[]): Uint8Array {
  return Uint8Array.from([...varint(number * 8 + 2), ...varint(content.length), ...content]);
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))];
}

function refusal(bytes: Uint8Array): DecantError {
  try {
    readModel(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(DecantError);
    expect((error as DecantError).code).toBe("InvalidModel");
    return error as DecantError;
  }
  throw new Error("expected a refusal, but the model was read");
}

const external = { externalData: [{ key: "location", value: "../../etc/passwd" }], dataLocation: 1 };
const tensorAttribute = (t: onnx.ITensorProto): onnx.IAttributeProto => ({ name: "value", type: 4, t });
const withGraph = (change: (graph: onnx.IGraphProto) => void) => {
  const model = plain();
  change(model.graph!);
  return encoded(model);
};

describe("external data is refused", () => {
  it.each<[string, () => Uint8Array]>([
    ["in an initializer", () => withGraph((graph) => Object.assign(graph.initializer![0]!, external))],
    [
      "where only the location says so",
      () => withGraph((graph) => Object.assign(graph.initializer![0]!, { dataLocation: 1 })),
    ],
    [
      "in a node's attribute",
      () =>
        withGraph((graph) =>
          graph.node!.push({
            opType: "Constant",
            output: ["c"],
            attribute: [tensorAttribute({ dataType: 1, dims: [0], ...external })],
          }),
        ),
    ],
    [
      "in a list of tensors",
      () =>
        withGraph((graph) =>
          graph.node!.push({
            opType: "X",
            output: ["c"],
            attribute: [{ name: "ts", type: 9, tensors: [{ dataType: 1, dims: [0], ...external }] }],
          }),
        ),
    ],
    [
      "in a subgraph",
      () =>
        withGraph((graph) =>
          graph.node!.push({
            opType: "If",
            input: ["logits"],
            output: ["c"],
            attribute: [
              {
                name: "then_branch",
                type: 5,
                g: { initializer: [{ name: "w", dataType: 1, dims: [0], ...external }] },
              },
            ],
          }),
        ),
    ],
    [
      "in a function",
      () =>
        encoded({
          ...plain(),
          functions: [
            {
              name: "f",
              node: [
                {
                  opType: "Constant",
                  output: ["c"],
                  attribute: [tensorAttribute({ dataType: 1, dims: [0], ...external })],
                },
              ],
            },
          ],
        }),
    ],
  ])("%s", (_, bytes) => {
    expect(refusal(bytes()).message).toMatch(/expected the data inside the file, got external data/);
  });

  it("in sparse tensors, which are not read at all", () => {
    const sparse = { values: { dataType: 1, dims: [1], ...external }, indices: { dataType: 7, dims: [1] }, dims: [4] };
    expect(refusal(withGraph((graph) => graph.sparseInitializer!.push(sparse))).message).toMatch(
      /no sparse_initializer/,
    );
    const node = {
      opType: "Constant",
      output: ["c"],
      attribute: [{ name: "sparse_value", type: 11, sparseTensor: sparse }],
    };
    expect(refusal(withGraph((graph) => graph.node!.push(node))).message).toMatch(/no sparse_tensor/);
  });
});

describe("fields that ONNX added later", () => {
  const original = writeModel(smallNetwork({ channels: 4 }));
  const append = (extra: Uint8Array) => Buffer.concat([original, extra]);

  it("are left out and counted where they can't change a result", () => {
    const configuration = field(26, [0x0a, 1, 97]);
    expect(readModel(append(configuration)).dropped_fields).toEqual({ "ModelProto.configuration": 1 });
  });

  it("are refused by number where nobody knows them", () => {
    const { problems } = refusal(append(field(39, [1, 2, 3])));
    expect(problems).toEqual([
      { where: "model: the file", message: expect.stringMatching(/a field of ModelProto .* got number 39/) },
    ]);
  });

  it("are refused by name where they could change a result", () => {
    expect(refusal(append(field(20, [0x0a, 0]))).message).toMatch(/expected no training_info/);
    const overloaded = field(7, field(1, [...field(4, [65]), ...field(8, [97])]));
    expect(refusal(overloaded).message).toMatch(/graph\.node\[0\]\.overload: expected no overload/);
  });

  it("are refused where they are element types", () => {
    const float8 = withGraph((graph) => {
      graph.initializer![0]!.dataType = 17;
    });
    expect(refusal(float8).message).toMatch(
      /graph\.initializer\[0\] \(input_scale\): expected an element type of .*got number 17/,
    );
  });

  it("are all told at once", () => {
    const bytes = withGraph((graph) => {
      graph.initializer![0]!.dataType = 17;
      Object.assign(graph.initializer![1]!, external);
    });
    expect(refusal(bytes).problems.length).toBeGreaterThanOrEqual(2);
  });
});

describe("files that are no models", () => {
  it("are refused when empty, cut off anywhere, or something else", () => {
    const original = writeModel(smallNetwork({ channels: 4 }));
    expect(refusal(new Uint8Array(0)).message).toMatch(/got an empty file/);
    for (let length = 1; length < original.length; length += 97) refusal(original.subarray(0, length));
    refusal(new TextEncoder().encode("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n"));
    refusal(Uint8Array.from([0x50, 0x4b, 3, 4, 20, 0, 0, 0]));
  });

  it("are refused when tensors don't hold what they declare", () => {
    const huge = withGraph((graph) =>
      graph.initializer!.push({ name: "h", dataType: 1, dims: [1 << 20, 1 << 20], rawData: new Uint8Array(4) }),
    );
    expect(refusal(huge).message).toMatch(/\(h\): expected at most 16 dimensions of a tensor that fits/);
    const short = withGraph((graph) =>
      graph.initializer!.push({ name: "s", dataType: 1, dims: [3], rawData: new Uint8Array(8) }),
    );
    expect(refusal(short).message).toMatch(/\(s\): expected 12 bytes for float32 \[3\], got 8/);
    const negative = withGraph((graph) =>
      graph.initializer!.push({ name: "n", dataType: 1, dims: [-1], rawData: new Uint8Array(0) }),
    );
    expect(refusal(negative).message).toMatch(/\(n\): expected at most 16 dimensions/);
    const twice = withGraph((graph) =>
      graph.initializer!.push({ name: "t", dataType: 1, dims: [1], rawData: new Uint8Array(4), floatData: [1] }),
    );
    expect(refusal(twice).message).toMatch(/expected data in raw_data or float_data, got raw_data and float_data/);
  });

  it("are refused when names are not text", () => {
    expect(refusal(field(7, field(2, [0xff, 0xfe]))).message).toMatch(/expected UTF-8 text/);
    expect(refusal(field(7, field(2, [0xef, 0xbb, 0xbf, 97]))).message).toMatch(/no byte order mark/);
  });

  it("are refused when messages lie in each other without end", () => {
    let type: Uint8Array = new Uint8Array(0);
    for (let depth = 0; depth < 200; depth += 1) type = field(4, field(1, type));
    expect(refusal(field(7, field(11, field(2, type)))).message).toMatch(/at most 64 messages inside each other/);
  });
});

describe("graphs that can't be run", () => {
  const bytesOf = (change: (nodes: readonly Node[]) => readonly Node[], rest: Partial<Graph> = {}) => {
    const model = smallNetwork({ channels: 4 });
    return writeModel({ ...model, graph: { ...model.graph, nodes: change(model.graph.nodes), ...rest } });
  };
  const relu = (from: string, to: string) => makeNode("Relu", `${from}-${to}`, [from], [to]);

  it("are refused with a cycle, near the nodes that form it", () => {
    const bytes = bytesOf((nodes) => [...nodes, relu("a", "b"), relu("b", "c"), relu("c", "a")]);
    expect(refusal(bytes).message).toMatch(/expected no cycle.*near a-b, b-c, c-a/);
  });

  it("are refused when a node takes its own output, or a value that nothing makes", () => {
    expect(refusal(bytesOf((nodes) => [...nodes, relu("a", "a")])).message).toMatch(/expected no cycle/);
    expect(refusal(bytesOf((nodes) => [...nodes, relu("ghost", "a")])).message).toMatch(
      /a value named "ghost", but nothing makes it/,
    );
    expect(refusal(bytesOf((nodes) => nodes.slice(0, -1))).message).toMatch(/a node that makes the output "logits"/);
  });

  it("are refused when a value is made twice", () => {
    expect(refusal(bytesOf((nodes) => [...nodes, relu("sum", "pooled")])).message).toMatch(/"pooled" to be made once/);
    expect(refusal(bytesOf((nodes) => [...nodes, relu("sum", "head_bias")])).message).toMatch(
      /"head_bias" to be made once/,
    );
  });

  it("are put in order when their nodes only stand in the wrong one", () => {
    const shuffled = readModel(bytesOf((nodes) => nodes.toReversed())).model.graph.nodes;
    const made = new Set<string>();
    const model = smallNetwork({ channels: 4 });
    const given = new Set([...model.graph.initializers, ...model.graph.inputs].map(({ name }) => name));
    for (const node of shuffled) {
      for (const name of node.inputs) expect(made.has(name) || given.has(name)).toBe(true);
      for (const name of node.outputs) made.add(name);
    }
    expect(shuffled).toHaveLength(model.graph.nodes.length);
  });

  it("are refused with a million nodes, without reading them all", () => {
    const node = field(1, [...field(4, [82]), ...field(1, [97]), ...field(2, [98])]);
    const nodes = new Uint8Array(node.length * 1_000_000);
    for (let at = 0; at < 1_000_000; at += 1) nodes.set(node, at * node.length);
    const graph = new Uint8Array([...varint(7 * 8 + 2), ...varint(nodes.length)]);
    expect(refusal(Buffer.concat([graph, nodes])).message).toMatch(/expected at most 100000 nodes/);
  });

  it("are read with twenty thousand nodes in a row, backwards", () => {
    const count = 20_000;
    const chain = Array.from({ length: count }, (_, at) => relu(at === 0 ? "logits" : `v${at - 1}`, `v${at}`));
    const read = readModel(bytesOf((nodes) => [...chain.toReversed(), ...nodes])).model;
    expect(read.graph.nodes.at(-1)!.outputs).toEqual([`v${count - 1}`]);
  });
});
