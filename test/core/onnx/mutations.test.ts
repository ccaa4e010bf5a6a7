// Mutated files: each is refused as InvalidModel, or read as an independent decoder reads it. Never something between.
import fc from "fast-check";
import { onnx } from "onnx-proto";
import { describe, expect, it } from "vitest";
import { DecantError } from "../../../core/errors/problem.ts";
import { readModel } from "../../../core/onnx/read-model.ts";
import { writeModel } from "../../../core/onnx/write-model.ts";
import { smallNetwork } from "../../fixtures/small-network.ts";

const original = writeModel(smallNetwork({ channels: 4, size: 16 }));

const LEFT_OUT = new Set(["docString", "denotation", "quantizationAnnotation"]);
const DEFAULTS: readonly unknown[] = ["", "0", 0];
const TENSOR_DATA = ["rawData", "floatData", "int32Data", "int64Data", "doubleData", "uint64Data"];

/** What a decoded message means: without documentation and defaults, and with tensor data in one form. */
function meaning(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(meaning);
  if (typeof value !== "object" || value === null) return value;
  const record = value as Record<string, unknown>;
  if ("dims" in record || "dataType" in record) return tensorMeaning(record);
  const entries = Object.entries(record)
    .filter(([name]) => !LEFT_OUT.has(name))
    .map(([name, each]) => [name, name === "domain" && each === "ai.onnx" ? "" : meaning(each)] as const)
    .filter(([, each]) => !isDefault(each));
  // Attributes and metadata are written in the order of their keys; order means nothing there.
  return Object.fromEntries(entries.map(([name, each]) => [name, isKeyed(name) ? sorted(each) : each]).sort(byName));
}

function tensorMeaning(record: Record<string, unknown>): unknown {
  const present = TENSOR_DATA.filter((name) => !isDefault(record[name]));
  const data = present.map((name) => (name === "rawData" ? listed(record) : record[name]));
  const { dims, dataType, name, stringData, externalData, dataLocation } = record;
  return meaningOfParts({ dims, dataType, name, stringData, externalData, dataLocation, data });
}

/** Raw data of the network's own types as the list that it stands for; of others as it is. */
function listed({ rawData, dataType }: Record<string, unknown>): unknown {
  const raw = Buffer.from(rawData as string, "base64");
  if (raw.length % 4 === 0 && dataType === 1)
    return Array.from({ length: raw.length / 4 }, (_, at) => raw.readFloatLE(at * 4));
  if (raw.length % 8 !== 0 || dataType !== 7) return rawData;
  return Array.from({ length: raw.length / 8 }, (_, at) => String(raw.readBigInt64LE(at * 8)));
}

const meaningOfParts = (parts: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(parts).filter(([, each]) => !isDefault(each)));
const isDefault = (each: unknown) =>
  each === undefined ||
  DEFAULTS.includes(each) ||
  (Array.isArray(each) && each.length === 0) ||
  (typeof each === "object" && each !== null && !Array.isArray(each) && Object.keys(each).length === 0);
const isKeyed = (name: string) => name === "attribute" || name === "metadataProps" || name === "opsetImport";
const sorted = (list: unknown) =>
  (list as object[]).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
const byName = ([a]: readonly unknown[], [b]: readonly unknown[]) => (String(a) < String(b) ? -1 : 1);

function decode(bytes: Uint8Array): unknown {
  const decoded = onnx.ModelProto.decode(bytes);
  return meaning(onnx.ModelProto.toObject(decoded, { longs: String, bytes: String }));
}

/** "refused", or the two meanings to compare. */
function outcome(bytes: Uint8Array): "refused" | { readonly ours: unknown; readonly theirs: unknown } {
  let written: Uint8Array;
  try {
    written = writeModel(readModel(bytes).model);
  } catch (error) {
    if (error instanceof DecantError && error.code === "InvalidModel") return "refused";
    throw error;
  }
  return { ours: decode(written), theirs: decode(bytes) };
}

function expectSafe(bytes: Uint8Array): void {
  const result = outcome(bytes);
  if (result !== "refused") expect(result.ours).toEqual(result.theirs);
}

describe("mutated models", () => {
  it("are compared with an oracle that sees differences", () => {
    const same = outcome(original);
    expect(same).not.toBe("refused");
    const renamed = writeModel({ ...smallNetwork({ channels: 4, size: 16 }), domain: "other" });
    expect(decode(renamed)).not.toEqual(decode(original));
    const { graph, ...model } = smallNetwork({ channels: 4, size: 16 });
    const [first, ...rest] = graph.nodes;
    const changed = { ...first!, attributes: new Map([["to", { kind: "int", value: 10n } as const]]) };
    expect(decode(writeModel({ ...model, graph: { ...graph, nodes: [changed, ...rest] } }))).not.toEqual(
      decode(original),
    );
  });

  it("with one byte changed anywhere", () => {
    // Weights are most of the bytes and can't break anything, so structure is aimed at.
    const structural = fc.integer({ min: 0, max: 1600 });
    const anywhere = fc.integer({ min: 0, max: original.length - 1 });
    fc.assert(
      fc.property(fc.oneof(structural, anywhere), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const bytes = original.slice();
        bytes[at] = byte;
        expectSafe(bytes);
      }),
      { numRuns: 1500 },
    );
  });

  it("with bytes taken out, put in, doubled or cut off", () => {
    const edit = fc.record({
      at: fc.integer({ min: 0, max: original.length }),
      remove: fc.integer({ min: 0, max: 12 }),
      insert: fc.uint8Array({ maxLength: 12 }),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), fc.boolean(), (edits, cut) => {
        let bytes = Buffer.from(original);
        for (const { at, remove, insert } of edits) {
          bytes = Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)]);
        }
        expectSafe(cut ? bytes.subarray(0, edits[0]!.at) : bytes);
      }),
      { numRuns: 500 },
    );
  });

  it("with whole fields of random numbers, types and contents put at the end", () => {
    const field = fc.tuple(
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom(0, 1, 2, 5),
      fc.uint8Array({ maxLength: 8 }),
    );
    fc.assert(
      fc.property(field, ([number, wire, content]) => {
        const tag =
          number * 8 + wire < 128 ? [number * 8 + wire] : [((number * 8 + wire) & 127) | 128, (number * 8 + wire) >> 7];
        const body = wire === 2 ? [content.length, ...content] : [...content, 0, 0, 0, 0, 0, 0, 0, 0];
        expectSafe(Buffer.concat([original, Uint8Array.from([...tag, ...body])]));
      }),
      { numRuns: 500 },
    );
  });

  it("made of random bytes only are refused", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(outcome(bytes)).toBe("refused");
      }),
    );
  });
});
