// Which samples of a folder judge a finished file.
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { chooseHeldOut } from "../../../core/split/held-out.ts";
import type { HashedSample } from "../../../core/split/sample.ts";
import { splitSamples } from "../../../core/split/split-samples.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

function samples(count: number, split?: HashedSample["split"], seed = ""): HashedSample[] {
  return Array.from({ length: count }, (_, at) => {
    const label = at % 2 === 0 ? "cat" : "dog";
    const path = `${split ?? "all"}/${label}/${seed}${at}.png`;
    return { path, size_bytes: 10, sha256: sha256(path), label, ...(split ? { split } : {}) };
  });
}

const recorded = (cat: number, dog: number) =>
  new Map([
    ["cat", cat],
    ["dog", dog],
  ]);

describe("chooseHeldOut", () => {
  it("takes the test split that is given, or val beside train", () => {
    const given = [...samples(80, "train"), ...samples(20, "test")];
    expect(chooseHeldOut(given, recorded(10, 10), sha256)).toMatchObject({ part: "test", as_recorded: true });
    const val = [...samples(80, "train"), ...samples(20, "validation")];
    const held = chooseHeldOut(val, recorded(10, 10), sha256);
    expect(held.samples.map(({ path }) => path).every((path) => path.startsWith("validation/"))).toBe(true);
    expect(held).toMatchObject({ part: "test", as_recorded: true });
  });

  it("draws the run's own test split from the run's own data", () => {
    const all = samples(200);
    const test = splitSamples(all, new Map(), sha256).samples.filter(({ split }) => split === "test");
    const count = (label: string) => test.filter((sample) => sample.label === label).length;
    const held = chooseHeldOut(all, recorded(count("cat"), count("dog")), sha256);
    expect(held.samples).toEqual(test);
    expect(held).toMatchObject({ part: "test", as_recorded: true });
  });

  it("takes all of a new folder, copies left out, and does not take it for the recorded samples", () => {
    const all = samples(200);
    const held = chooseHeldOut([...all, { ...all[0]!, path: "all/cat/copy.png" }], recorded(3, 3), sha256);
    expect(held.samples).toHaveLength(200);
    expect(held).toMatchObject({ part: "all", as_recorded: false });
  });

  it("takes a folder that is the test split alone for the recorded samples", () => {
    expect(chooseHeldOut(samples(20), recorded(10, 10), sha256)).toMatchObject({ part: "all", as_recorded: true });
    expect(chooseHeldOut(samples(20, "test"), recorded(10, 10), sha256)).toMatchObject({
      part: "test",
      as_recorded: true,
    });
  });
});
