// Rules of splitting that hold for any data: nothing moves, nothing leaks, order doesn't matter.
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HashedSample } from "../../../core/split/sample.ts";
import { splitSamples } from "../../../core/split/split-samples.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const NONE = new Map();

function sample(path: string, label: string, content = path, more: Partial<HashedSample> = {}): HashedSample {
  return { path, label, sha256: sha256(content), size_bytes: 1, ...more };
}

/** `perClass` samples of each class, in files named after their class and number. */
function manySamples(perClass: number, labels = ["a", "b"], more: (at: number) => Partial<HashedSample> = () => ({})) {
  return labels.flatMap((label) =>
    Array.from({ length: perClass }, (_, at) => sample(`${label}/${at}.png`, label, `${label} ${at}`, more(at))),
  );
}

function countOf(samples: readonly { label: string; split: string }[], split: string, label?: string): number {
  return samples.filter((s) => s.split === split && (label === undefined || s.label === label)).length;
}

/** Random data sets: contents, labels and groups collide on purpose. */
const anySamples = fc
  .array(
    fc.record({
      content: fc.nat(80),
      label: fc.constantFrom("a", "b", "c"),
      group: fc.option(fc.constantFrom(..."ijklmnopqrstuvwxyz"), { nil: undefined, freq: 2 }),
    }),
    { minLength: 1, maxLength: 120 },
  )
  .map((list) =>
    list.map(({ content, label, group }, at) =>
      sample(`${at}.png`, label, String(content), group === undefined ? {} : { group }),
    ),
  );
const givenSplits = fc.constantFrom(
  undefined,
  ["train"] as const,
  ["train", "validation"] as const,
  ["train", "test"] as const,
  ["train", "validation", "test"] as const,
);

describe("splitting", () => {
  it("holds out about 15 % for test and 15 % of the rest for validation", () => {
    const { samples } = splitSamples(manySamples(2000), NONE, sha256);
    expect(countOf(samples, "test") / 4000).toBeCloseTo(0.15, 1);
    expect(countOf(samples, "validation") / 4000).toBeCloseTo(0.1275, 1);
  });

  it("gives every class of 20 or more at least 5 validation and 5 test samples", () => {
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 60 }), fc.string({ minLength: 1, maxLength: 8 }), (size, salt) => {
        const list = Array.from({ length: size }, (_, at) => sample(`a/${at}`, "a", `salt ${salt} ${at}`));
        const { samples } = splitSamples([...list, ...manySamples(30, ["b"])], NONE, sha256);
        expect(countOf(samples, "test", "a")).toBeGreaterThanOrEqual(5);
        expect(countOf(samples, "validation", "a")).toBeGreaterThanOrEqual(5);
        expect(countOf(samples, "train", "a")).toBeGreaterThanOrEqual(5);
      }),
    );
  });

  it("leaves a class of 5 to 19 at least 5 training samples", () => {
    fc.assert(
      fc.property(fc.integer({ min: 5, max: 19 }), fc.string({ minLength: 1, maxLength: 8 }), (size, salt) => {
        const list = Array.from({ length: size }, (_, at) => sample(`a/${at}`, "a", `salt ${salt} ${at}`));
        const { samples, problems } = splitSamples([...list, ...manySamples(30, ["b"])], NONE, sha256);
        expect(problems).toEqual([]);
        expect(countOf(samples, "train", "a")).toBeGreaterThanOrEqual(5);
      }),
    );
  });

  it("does not depend on the order of the samples", () => {
    fc.assert(
      fc.property(anySamples, fc.integer(), (list, seed) => {
        const shuffled = list
          .map((entry) => ({ entry, rank: sha256(`${seed} ${entry.path}`) }))
          .sort((a, b) => (a.rank < b.rank ? -1 : 1))
          .map(({ entry }) => entry);
        expect(splitSamples(shuffled, NONE, sha256)).toEqual(splitSamples(list, NONE, sha256));
      }),
    );
  });

  it("never puts equal bytes or one group on two sides, or the same bytes in twice", () => {
    fc.assert(
      fc.property(anySamples, givenSplits, (list, splits) => {
        const given = splits ? list.map((entry, at) => ({ ...entry, split: splits[at % splits.length]! })) : list;
        const { samples, problems } = splitSamples(given, NONE, sha256);
        if (problems.length > 0 && samples.length === 0) return; // groups on both sides of given splits are refused
        expect(new Set(samples.map((s) => s.sha256)).size).toBe(samples.length);
        for (const members of Map.groupBy(samples, (s) => s.group ?? s.sha256).values()) {
          expect(new Set(members.map(({ split }) => split)).size).toBe(1);
        }
      }),
    );
  });

  it("never moves a sample when data is added, changed or removed", () => {
    fc.assert(
      fc.property(anySamples, anySamples, fc.nat(20), (before, added, dropped) => {
        const first = splitSamples(before, NONE, sha256);
        const later = [...before.slice(dropped), ...added.map((s) => ({ ...s, path: `new/${s.path}` }))];
        const second = splitSamples(later, first.assignments, sha256);
        const old = new Map(first.samples.map((s) => [s.sha256, s.split]));
        for (const s of second.samples) expect(old.get(s.sha256) ?? s.split).toBe(s.split);
        for (const [unit, split] of first.assignments) expect(second.assignments.get(unit)).toBe(split);
      }),
    );
  });

  it("gives the same again for the same data, whatever copies it holds across groups", () => {
    fc.assert(
      fc.property(anySamples, (samples) => {
        const first = splitSamples(samples, NONE, sha256);
        const again = splitSamples(samples, first.assignments, sha256);
        expect(again.samples).toEqual(first.samples);
        expect(again.problems).toEqual(first.problems);
      }),
    );
  });

  it("keeps nearly every sample in place even without a memory of earlier runs", () => {
    const before = splitSamples(manySamples(200), NONE, sha256);
    const after = splitSamples(manySamples(400), NONE, sha256);
    const splits = new Map(after.samples.map((s) => [s.path, s.split]));
    expect(before.samples.filter((s) => splits.get(s.path) !== s.split)).toEqual([]);
  });
});

describe("given splits", () => {
  const three = (at: number) => ({ split: (["train", "train", "validation", "test"] as const)[at % 4]! });

  it("are used as they are where all three are given", () => {
    const list = manySamples(40, ["a", "b"], three);
    const { samples } = splitSamples(list, NONE, sha256);
    expect(samples.map(({ path, split }) => [path, split]).sort()).toEqual(list.map((s) => [s.path, s.split]).sort());
  });

  it("of train and val make val the test and carve validation from train", () => {
    const list = manySamples(60, ["a", "b"], (at) => ({ split: at % 3 === 0 ? "validation" : "train" }));
    const { samples } = splitSamples(list, NONE, sha256);
    const given = new Map(list.map((s) => [s.path, s.split]));
    for (const s of samples) expect(given.get(s.path) === "validation").toBe(s.split === "test");
    expect(countOf(samples, "validation", "a")).toBeGreaterThanOrEqual(5);
  });

  it("are refused where some samples have none, or none is train", () => {
    const mixed = [...manySamples(20, ["a"], () => ({ split: "train" })), ...manySamples(20, ["b"])];
    expect(splitSamples(mixed, NONE, sha256).problems[0]?.message).toContain("for every sample or for none");
    const noTrain = manySamples(20, ["a", "b"], () => ({ split: "test" }));
    expect(splitSamples(noTrain, NONE, sha256).problems[0]?.message).toContain("got only test");
  });

  it("are refused where a group stands on several sides", () => {
    const list = manySamples(40, ["a", "b"], (at) => ({ ...three(at), group: `g${at % 3}` }));
    expect(splitSamples(list, NONE, sha256).problems[0]?.message).toContain("each group on one side");
  });

  it("may not move a sample that an earlier run had on another side", () => {
    const before = manySamples(40, ["a", "b"], three);
    const { assignments } = splitSamples(before, NONE, sha256);
    const moved = before.map((s) => (s.path === "a/0.png" ? { ...s, split: "test" as const } : s));
    expect(splitSamples(moved, assignments, sha256).problems[0]?.message).toMatch(/got 1 that moved .*a\/0\.png/);
  });

  it("survive a copy of a training file among the held-out ones: the copy is left out", () => {
    const before = manySamples(40, ["a", "b"], three);
    const { assignments } = splitSamples(before, NONE, sha256);
    const copy = { ...before[0]!, path: "test/copy.png", split: "test" as const };
    const { left_out, problems } = splitSamples([...before, copy], assignments, sha256);
    expect(problems).toEqual([]);
    expect(left_out).toEqual([{ path: "test/copy.png", reason: "duplicate", detail: "same bytes as a/0.png" }]);
  });
});

describe("copies", () => {
  it("of one label keep one, held-out before train", () => {
    const list = manySamples(40, ["a", "b"], (at) => ({ split: at % 2 ? "train" : "test" }));
    const copy = { ...list.find((s) => s.split === "test")!, path: "0-first-by-name.png", split: "train" as const };
    const { samples, left_out } = splitSamples([...list, copy], NONE, sha256);
    expect(samples.some(({ path }) => path === copy.path)).toBe(false);
    expect(left_out).toMatchObject([{ path: copy.path, reason: "duplicate" }]);
  });

  it("in two groups on different sides keep the one that an earlier run kept", () => {
    const copies = ["p", "q"].map((group) => sample(`${group}/flag.png`, "a", "one flag", { group }));
    const others = ["p", "q"].map((group) => sample(`${group}/drawn.png`, "a", `${group} drawn`, { group }));
    const list = [...manySamples(30), ...copies, ...others];
    const recorded = new Map([
      ["group:p", "train"],
      ["group:q", "test"],
      [`sha256:${sha256("one flag")}`, "train"],
    ] as const);
    const { samples, problems } = splitSamples(list, recorded, sha256);
    expect(problems).toEqual([]);
    expect(samples.filter((s) => s.sha256 === sha256("one flag"))).toMatchObject([
      { path: "p/flag.png", split: "train" },
    ]);
  });

  it("of two labels are all left out", () => {
    const twice = [sample("a/x.png", "a", "same"), sample("b/x.png", "b", "same"), sample("b/y.png", "b", "same")];
    const { samples, left_out } = splitSamples([...manySamples(30), ...twice], NONE, sha256);
    expect(samples).toHaveLength(60);
    expect(left_out.map(({ path, reason }) => [path, reason])).toEqual([
      ["a/x.png", "contradictory-label"],
      ["b/x.png", "contradictory-label"],
      ["b/y.png", "contradictory-label"],
    ]);
  });
});

describe("data that can't be trained on", () => {
  const messages = (list: HashedSample[]) =>
    splitSamples(list, NONE, sha256).problems.map(({ where, message }) => `${where ?? ""} ${message}`);

  it("is refused where there is none, or one class", () => {
    expect(messages([])).toEqual([" Expected labelled images, got none."]);
    expect(messages(manySamples(30, ["a"]))[0]).toContain("got one: a");
  });

  it("is refused with every small class and every look-alike label at once", () => {
    const list = [...manySamples(30, ["cat", "Cat", "dog"]), ...manySamples(3, ["emu", "fox"])];
    expect(messages(list)).toEqual([
      expect.stringContaining("one spelling for a class, got Cat and cat"),
      expect.stringMatching(/^class emu Expected at least 5 different images to train on, got \d \(3 in all splits\)/),
      expect.stringContaining("class fox"),
    ]);
  });

  it("is summed up where the labels are no labels", () => {
    const list = Array.from({ length: 500 }, (_, at) => sample(`${at}`, `label ${at}`));
    expect(messages(list)).toHaveLength(11);
    expect(messages(list).at(-1)).toContain("And 490 more of 500 classes");
  });

  it("is refused where a group can't be spared for test", () => {
    const list = manySamples(10, ["a", "b"], () => ({ group: "one" }));
    expect(messages(list).join()).toContain("of other groups");
  });
});

it("splits very many samples", { timeout: 120_000 }, () => {
  const samples = Array.from({ length: 200_000 }, (_, at): HashedSample => {
    const hex = ((at * 2_654_435_761) % 2 ** 32).toString(16).padStart(8, "0");
    return { path: `c${at % 10}/${at}.png`, label: `c${at % 10}`, sha256: hex.repeat(8), size_bytes: 1 };
  });
  const result = splitSamples(samples, NONE, sha256);
  expect(result.problems).toEqual([]);
  expect(result.samples).toHaveLength(200_000);
});
