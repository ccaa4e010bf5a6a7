// Sessions: nothing reaches the runtime unread, and what the runtime refuses becomes one kind of error.
import { describe, expect, it } from "vitest";
import { modelRuntime } from "../../../adapters/onnx-runtime/model-runtime.ts";
import { openSession } from "../../../adapters/onnx-runtime/session.ts";
import { makeNode } from "../../../core/onnx/attributes.ts";
import { writeModel } from "../../../core/onnx/write-model.ts";
import type { ModelSamples } from "../../../core/quantization/runtime.ts";
import { smallNetwork, smallPicture } from "../../fixtures/small-network.ts";

const samples = (count: number, size = 16): ModelSamples => ({
  count,
  input: async (at) => ({ name: "images", data: smallPicture(size, at), dims: [1, 3, size, size] }),
});

describe("a session", () => {
  it("is opened for a sound model", async () => {
    const session = await openSession(writeModel(smallNetwork()));
    expect(session.inputNames).toEqual(["images"]);
    await session.release();
  });

  it("is refused with InvalidModel, whether our reader or the runtime objects", async () => {
    const model = smallNetwork();
    const odd = makeNode("NoSuchOperator", "odd", ["logits"], ["nothing"]);
    const unknown = writeModel({ ...model, graph: { ...model.graph, nodes: [...model.graph.nodes, odd] } });
    await expect(openSession(unknown)).rejects.toMatchObject({ code: "InvalidModel" });
    await expect(openSession(unknown)).rejects.toThrow(/ONNX Runtime refused the model: .*NoSuchOperator/s);
    await expect(openSession(Uint8Array.of(1, 2, 3))).rejects.toMatchObject({ code: "InvalidModel" });
  });
});

describe("the model runtime", () => {
  it("gives a row of logits for each sample, the same every time", async () => {
    const bytes = writeModel(smallNetwork({ classes: 4 }));
    const first = await modelRuntime(1).logits(bytes, samples(5));
    expect([first.count, first.classes, first.values.length]).toEqual([5, 4, 20]);
    expect(await modelRuntime(1).logits(bytes, samples(5))).toEqual(first);
    expect(new Set(first.values).size).toBeGreaterThan(4);
  });

  it("shows every output of every sample to an observer", async () => {
    const seen: string[] = [];
    const bytes = writeModel(smallNetwork({ classes: 4 }));
    await modelRuntime(1).observe(bytes, samples(2), (value, data, dims) =>
      seen.push(`${value} ${data.length} ${dims}`),
    );
    expect(seen).toEqual(["logits 4 1,4", "logits 4 1,4"]);
  });

  it("stops when it is told to", async () => {
    const stopped = modelRuntime(1, AbortSignal.abort());
    await expect(stopped.logits(writeModel(smallNetwork()), samples(2))).rejects.toThrow();
  });

  it("says what is wrong with an input that does not fit", async () => {
    const bytes = writeModel(smallNetwork());
    await expect(modelRuntime(1).logits(bytes, samples(1, 20))).rejects.toMatchObject({ code: "InvalidModel" });
  });
});
