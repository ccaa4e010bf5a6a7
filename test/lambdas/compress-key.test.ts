// CompressKey: what a candidate's students are made from goes into its key and to the task.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CandidatePayload } from "../../core/workflow/payload.ts";
import { compressKey } from "../../lambdas/compress-key.ts";
import type { Services } from "../../lambdas/services.ts";
import { layColourRun } from "../fixtures/colour-run.ts";
import { folderServices, layStep } from "../fixtures/folder-services.ts";

let root: string;
let services: Services;
let payload: CandidatePayload;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "decant-compress-key-"));
  services = folderServices(root);
  payload = (await layColourRun(services, {})).payload;
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function inputs(asked: CandidatePayload): Promise<Record<string, string>> {
  const { input } = await compressKey(asked, services);
  return JSON.parse(await readFile(input, "utf8")).inputs;
}

/** The same candidate, trained on in rung 2. */
async function goingOn(key: string): Promise<CandidatePayload> {
  const { candidate } = payload;
  const students = { [candidate.id]: key };
  const proposal = await layStep(services, "propose", { students });
  return {
    ...payload,
    candidate: { ...candidate, id: `${candidate.id}-rung2`, rung: 2, continues: candidate.id },
    proposal: { ...proposal, rung: 2, candidates: [] },
  };
}

describe("CompressKey", () => {
  it("gives a new student the data and the teacher", async () => {
    expect(Object.keys(await inputs(payload)).sort()).toEqual(["fine-tune", "prepare-data"]);
  });

  it("gives one that goes on the student of the rung before, by the proposal's word, and another key", async () => {
    const { key } = payload.compressed!;
    const on = await goingOn(key);
    expect((await inputs(on)).compress).toContain(key);
    const other = await layStep(services, "compress", { of: "another run" });
    const elsewhere = await goingOn(other.key);
    expect((await compressKey(elsewhere, services)).key).not.toBe((await compressKey(on, services)).key);
  });

  it("refuses one whose student the proposal doesn't know", async () => {
    const on = await goingOn("0".repeat(64));
    const lost = { ...on, candidate: { ...on.candidate, continues: "nobody" } };
    await expect(compressKey(lost, services)).rejects.toThrow("Expected the proposal to know the student of nobody");
  });

  it("gives the layer times to one that is pruned to a latency, and to no other", async () => {
    const prune = { pruner: "knapsack", importance: "taylor", latency_ms: 1.5, channel_multiple: 16 };
    const limited = { ...payload, candidate: { ...payload.candidate, prune } };
    await expect(compressKey(limited, services)).rejects.toThrow("layer times");
    const layer_times = { pointer: await layStep(services, "time-layers", { table: {}, network: {} }) };
    expect(Object.keys(await inputs({ ...limited, layer_times }))).toContain("time-layers");
    expect(Object.keys(await inputs({ ...payload, layer_times }))).not.toContain("time-layers");
  });
});
