// What is read and written again computes bit for bit what it did before.
import fc from "fast-check";
import { onnx } from "onnx-proto";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { readModel } from "../../../core/onnx/read-model.ts";
import { writeModel } from "../../../core/onnx/write-model.ts";
import { type SmallNetwork, smallNetwork, smallPicture } from "../../fixtures/small-network.ts";

const network = fc.record<SmallNetwork>({
  size: fc.constantFrom(16, 20),
  classes: fc.integer({ min: 2, max: 5 }),
  channels: fc.constantFrom(4, 8),
  seed: fc.integer({ min: 1, max: 1000 }),
  activation: fc.constantFrom("Clip", "Relu", "HardSwish"),
});

async function logits(bytes: Uint8Array, size: number): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(bytes, { intraOpNumThreads: 1 });
  const outputs = await session.run({ images: new ort.Tensor("uint8", smallPicture(size, 1), [1, 3, size, size]) });
  await session.release();
  return outputs.logits!.data as Float32Array;
}

describe("a model read and written again", () => {
  it("gives bit-identical logits in ONNX Runtime", async () => {
    await fc.assert(
      fc.asyncProperty(network, async (options) => {
        const bytes = writeModel(smallNetwork(options));
        const again = writeModel(readModel(bytes).model);
        expect(await logits(again, options.size)).toEqual(await logits(bytes, options.size));
      }),
      { numRuns: 15 },
    );
  });

  it("gives the same logits when another program wrote it, with documentation and metadata all over", async () => {
    const decoded = onnx.ModelProto.decode(writeModel(smallNetwork()));
    decoded.docString = "a model";
    decoded.graph!.docString = "a graph";
    for (const node of decoded.graph!.node!) node.docString = "a node";
    // The other ways to store a tensor: lists of numbers, packed or not.
    for (const tensor of decoded.graph!.initializer!) {
      const raw = Buffer.from(tensor.rawData as Uint8Array);
      if (tensor.dataType === onnx.TensorProto.DataType.FLOAT) {
        tensor.floatData = Array.from({ length: raw.length / 4 }, (_, at) => raw.readFloatLE(at * 4));
      } else {
        tensor.int64Data = Array.from({ length: raw.length / 8 }, (_, at) => Number(raw.readBigInt64LE(at * 8)));
      }
      delete (tensor as { rawData?: unknown }).rawData;
    }
    const foreign = onnx.ModelProto.encode(decoded).finish();
    const { model, dropped_fields } = readModel(foreign);
    expect(dropped_fields["NodeProto.doc_string"]).toBe(decoded.graph!.node!.length);
    expect(dropped_fields["ModelProto.doc_string"]).toBe(1);
    expect(await logits(writeModel(model), 16)).toEqual(await logits(foreign, 16));
  });

  it("is the same bytes every time, and again after another round", () => {
    const bytes = writeModel(smallNetwork());
    const once = writeModel(readModel(bytes).model);
    expect(writeModel(readModel(once).model)).toEqual(once);
    expect(writeModel(smallNetwork())).toEqual(bytes);
  });

  it("keeps numbers that only 64 bits hold", () => {
    const model = smallNetwork();
    const values = [2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n];
    const [first, ...rest] = model.graph.nodes;
    const node = {
      ...first!,
      attributes: new Map([...first!.attributes, ["far", { kind: "ints", value: values } as const]]),
    };
    const bytes = writeModel({
      ...model,
      model_version: values[0]!,
      graph: { ...model.graph, nodes: [node, ...rest] },
    });
    const read = readModel(bytes).model;
    expect(read.graph.nodes[0]!.attributes.get("far")).toEqual({ kind: "ints", value: values });
    expect(read.model_version).toBe(values[0]);
  });

  it("keeps metadata, in the order of its keys", () => {
    const metadata = new Map([
      ["task", "image-classification"],
      ["names", '["ä","b"]'],
      ["__proto__", "x"],
    ]);
    const read = readModel(writeModel({ ...smallNetwork(), metadata })).model;
    expect([...read.metadata.keys()]).toEqual(["__proto__", "names", "task"]);
    expect(read.metadata.get("names")).toBe('["ä","b"]');
  });
});
