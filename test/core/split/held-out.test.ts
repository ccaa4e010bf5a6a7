// Which samples of a folder judge a finished file: the recorded test images, or none of them taken for those.
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { chooseHeldOut, type RecordedTest } from "../../../core/split/held-out.ts";
import type { HashedSample } from "../../../core/split/sample.ts";
import { splitSamples } from "../../../core/split/split-samples.ts";
import { testSetOf } from "../../../core/split/test-set.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

function samples(count: number, split?: HashedSample["split"], seed = ""): HashedSample[] {
  return Array.from({ length: count }, (_, at) => {
    const label = at % 2 === 0 ? "cat" : "dog";
    const path = `${split ?? "all"}/${label}/${seed}${at}.png`;
    return { path, size_bytes: 10, sha256: sha256(path), label, ...(split ? { split } : {}) };
  });
}

/** What a run whose test split was `test` records: the digest, and the hashes where `listed`. */
function record(test: readonly HashedSample[], listed: boolean): RecordedTest {
  const hashes = test.map((sample) => sample.sha256);
  return {
    digest: testSetOf(hashes, sha256).digest,
    hashes: listed ? hashes : null,
    counts: new Map([...Map.groupBy(test, ({ label }) => label)].map(([label, { length }]) => [label, length])),
    undecodable: new Set(),
  };
}

const drawn = (all: readonly HashedSample[]) =>
  splitSamples(all, new Map(), sha256).samples.filter(({ split }) => split === "test");
const hashes = (chosen: readonly HashedSample[]) => chosen.map((sample) => sample.sha256).toSorted();

describe.each([true, false])("chooseHeldOut, with the hashes recorded: %s", (listed) => {
  it("takes the test split that is given, or val beside train", () => {
    for (const split of ["test", "validation"] as const) {
      const test = samples(20, split);
      const held = chooseHeldOut([...samples(80, "train"), ...test], record(test, listed), sha256);
      expect(hashes(held.samples)).toEqual(hashes(test));
      expect(held).toMatchObject({ part: "test", as_recorded: true });
    }
  });

  it("draws the run's own test split from the run's own data, without what could not be decoded", () => {
    const all = samples(200);
    const [corrupt, ...test] = drawn(all);
    const recorded = { ...record(test, listed), undecodable: new Set([corrupt!.path]) };
    const held = chooseHeldOut(all, recorded, sha256);
    expect(hashes(held.samples)).toEqual(hashes(test));
    expect(held).toMatchObject({ part: "test", as_recorded: true });
  });

  it("takes a folder that is the test split alone, under any paths", () => {
    const test = samples(20);
    const moved = test.map((sample) => ({ ...sample, path: `elsewhere/${sample.path}` }));
    expect(chooseHeldOut(moved, record(test, listed), sha256)).toMatchObject({ as_recorded: true });
  });

  it("takes other images with the same class counts for other images", () => {
    const recorded = record(samples(20, "test"), listed);
    for (const others of [
      samples(20, undefined, "new"),
      samples(20, "test", "new"),
      [...samples(80, "train"), ...samples(20, "test", "new")],
    ]) {
      const held = chooseHeldOut(others, recorded, sha256);
      expect(held.samples).toHaveLength(20);
      expect(held).toMatchObject({
        as_recorded: false,
        detail: expect.stringContaining("trained on may be among them"),
      });
    }
  });

  it("takes all of a new folder, copies left out", () => {
    const all = samples(200);
    const copy = { ...all[0]!, path: "all/cat/copy.png" };
    const held = chooseHeldOut([...all, copy], record(samples(6, "test", "other"), listed), sha256);
    expect(held.samples).toHaveLength(200);
    expect(held).toMatchObject({ part: "all", as_recorded: false });
  });

  it("does not hold the promise on recorded images whose labels changed", () => {
    const test = samples(20, "test");
    const [first, ...others] = test;
    const held = chooseHeldOut([{ ...first!, label: "dog" }, ...others], record(test, listed), sha256);
    expect(held).toMatchObject({ as_recorded: false, detail: expect.stringContaining("labelled otherwise") });
  });
});

describe("chooseHeldOut, where the splits can't be drawn again", () => {
  const all = samples(200);
  // Every tenth sample, as groups or an earlier run's assignments may have it: drawing gives others.
  const test = all.filter((_, at) => at % 10 < 2);

  it("still finds exactly the recorded images by their hashes", () => {
    const held = chooseHeldOut(all, record(test, true), sha256);
    expect(hashes(held.samples)).toEqual(hashes(test));
    expect(held).toMatchObject({ part: "test", as_recorded: true });
  });

  it("measures on those recorded ones that are left, and says how many", () => {
    const held = chooseHeldOut(all.slice(10), record(test, true), sha256);
    expect(hashes(held.samples)).toEqual(hashes(test.slice(2)));
    expect(held).toMatchObject({ as_recorded: false, detail: expect.stringContaining("only 38 of the 40") });
  });

  it("says that images it was trained on may be there, where only the digest was recorded", () => {
    const held = chooseHeldOut(all, record(test, false), sha256);
    expect(held).toMatchObject({ part: "all", as_recorded: false, detail: expect.stringContaining("trained on") });
  });
});
