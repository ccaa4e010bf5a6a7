// Timing layers for real, on a network so small that it takes a second or two.
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, it } from "vitest";
import { timeLayers } from "../../../adapters/latency/time-layers.ts";
import { layersOf } from "../../../core/layer-times/layers-of.ts";
import { latencyOf, unknownLayers } from "../../../core/layer-times/predict.ts";
import { qdqU8s8 } from "../../../core/quantizers/qdq-u8s8.ts";
import { smallNetwork } from "../../fixtures/small-network.ts";

const model = smallNetwork({ size: 32, channels: 16 });
const request = {
  model,
  input_sizes: [32, 16],
  quantizer: qdqU8s8,
  threads: 1,
  limit_s: 60,
  machine: { machine: "any", runtime: "any" },
  signal: new AbortController().signal,
  progress: () => undefined,
};

it("every layer of the network has a time, quantized and float, and the record follows its schema", async () => {
  const { table, network, tails } = await timeLayers(request);
  expect(tails.every(({ ms_p50, ms_p95_upper }) => ms_p50 > 0 && ms_p95_upper >= ms_p50)).toBe(true);
  expect(tails).toHaveLength(4);
  expect(table.left_out).toEqual([]);
  expect(unknownLayers(table, network.layers)).toEqual([]);
  expect(unknownLayers(table, layersOf(model).layers)).toEqual([]);
  expect(table.families.flatMap(({ times }) => times).every(({ us }) => us > 0)).toBe(true);
  expect(latencyOf(table, network, { input_size: 32, widths_ratio: 1 })).toBeGreaterThan(0);
  expect([8, 16, 32]).toContain(table.channel_multiple);
  const schema = JSON.parse(readFileSync(new URL("../../../schemas/layer-times.schema.json", import.meta.url), "utf8"));
  const check = new Ajv2020().compile(schema);
  expect(check(table) ? [] : check.errors).toEqual([]);
}, 60_000);

it("says which layers the time limit left out", async () => {
  const { table } = await timeLayers({ ...request, limit_s: 0 });
  expect(table.families).toEqual([]);
  expect(table.left_out).toContain("int8 conv, kernel 1, stride 1, at 16 px");
});
