// The planner trusts a table of layer times only where it holds every layer of the network.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SEARCH } from "../../core/planner/recipes.ts";
import { layerLatencies } from "../../lambdas/layer-latencies.ts";
import type { Services } from "../../lambdas/services.ts";
import { layColourRun } from "../fixtures/colour-run.ts";
import { folderServices, layStep } from "../fixtures/folder-services.ts";

const LAYER = {
  name: "stem",
  kind: "conv",
  precision: "int8",
  kernel: 3,
  stride: 2,
  output_size: 56,
  inputs: 3,
  outputs: 32,
  reduction: 2,
  inner: { inputs: false, outputs: false },
};
const FAMILY = {
  kind: "conv",
  precision: "int8",
  kernel: 3,
  stride: 2,
  output_size: 56,
  multiple_of: 1,
  inputs_step: 1,
  outputs_step: 1,
  times: [{ inputs: 3, outputs: 32, us: 100 }],
};

let root: string;
let services: Services;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "decant-layer-latencies-"));
  services = folderServices(root);
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function read(families: readonly object[]) {
  const { payload } = await layColourRun(services, {});
  const table = { families, fixed_us: 50, channel_multiple: 16 };
  const network = { input_size: 112, layers: [LAYER] };
  const pointer = await layStep(services, "time-layers", { table, network, tails: [{ ms_p50: 1, ms_p95_upper: 1.3 }] });
  return layerLatencies({ ...payload, layer_times: { pointer } }, services);
}

describe("layer latencies", () => {
  it("are predicted from a table that holds the network's layers", async () => {
    const latencies = await read([FAMILY]);
    expect(latencies?.latencyMs(112, 1)).toBeCloseTo(0.15, 3);
    expect(latencies?.p95OverP50(1)).toBeCloseTo(1 + 0.3 * SEARCH.tail_safety, 9);
  });

  it("are none where the table was cut off before all layers were timed", async () => {
    expect(await read([])).toBeUndefined();
  });
});
