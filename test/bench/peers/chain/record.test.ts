// Which entries of the chain comparison are done, and what a run has trained on.
import { describe, expect, it } from "vitest";
import { stepsOf } from "../../../../bench/peers/chain/own-side.ts";
import { isRecorded, withEntry } from "../../../../bench/peers/chain/record.ts";
import { chainEntry } from "./entries.ts";

describe("the record of chains", () => {
  const entry = chainEntry({});
  const record = { entries: [entry], machine: { cpu_model: "a CPU", versions: {} }, peers: {} };

  it("knows an entry again by data, seed, settings and the versions of the steps", () => {
    expect(isRecorded(undefined, entry)).toBe(false);
    expect(isRecorded(record, entry)).toBe(true);
    expect(isRecorded(record, { ...entry, seed: 1 })).toBe(false);
    expect(isRecorded(record, { ...entry, versions: '{"compress":9}' })).toBe(false);
    expect(isRecorded(record, { ...entry, settings: { ...entry.settings, time: "9 min" } })).toBe(false);
  });

  it("replaces the entry of the same data and seed, and keeps the others in order", () => {
    const others = [chainEntry({ data: "tiles" }), chainEntry({ seed: 1 }), entry];
    const replaced = withEntry(others, chainEntry({ versions: "new" }));
    expect(replaced.map(({ data, seed, versions }) => `${data} ${seed} ${versions}`)).toEqual([
      "flowers 0 new",
      "flowers 1 {}",
      "tiles 0 {}",
    ]);
  });
});

describe("steps of a training curve", () => {
  it("are counted phase by phase, without the probe's", () => {
    const point = (phase: string, step: number) => ({ phase, epoch: 1, step, train_loss: 1 });
    const curve = [point("linear-probe", 900), point("distill", 10), point("distill", 20), point("qat", 5)];
    expect(stepsOf(curve)).toBe(25);
    expect(stepsOf([])).toBe(0);
  });
});
