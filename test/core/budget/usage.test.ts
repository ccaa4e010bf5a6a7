// How long a run's steps worked, from what each wrote down.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseUsage, type RunStepUsage, workingSeconds } from "../../../core/budget/usage.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const step = (from_s: number, to_s: number, kept = false): RunStepUsage => {
  return { step: "x", device: "this-machine", seconds: to_s - from_s, finished_ms: 1000 * to_s, kept };
};

describe("working seconds", () => {
  it("are the sum of steps one after the other", () => {
    expect(workingSeconds([step(0, 10), step(12, 20)])).toBeCloseTo(18, 9);
  });

  it("count steps side by side once, whatever their order", () => {
    expect(workingSeconds([step(5, 15), step(0, 10), step(6, 7)])).toBeCloseTo(15, 9);
  });

  it("leave out what was finished before", () => {
    expect(workingSeconds([step(0, 10, true), step(20, 25)])).toBeCloseTo(5, 9);
    expect(workingSeconds([])).toBe(0);
  });

  it("are at most the sum, and at least the longest step", () => {
    const time = fc.double({ min: 0, max: 1e4, noNaN: true });
    const steps = fc.array(fc.record({ from: time, length: time }), { minLength: 1 });
    fc.assert(
      fc.property(steps, (spans) => {
        const total = workingSeconds(spans.map(({ from, length }) => step(from, from + length)));
        expect(total).toBeLessThanOrEqual(spans.reduce((sum, { length }) => sum + length, 0) + 1e-6);
        expect(total).toBeGreaterThanOrEqual(Math.max(...spans.map(({ length }) => length)) - 1e-6);
      }),
    );
  });
});

describe("usage.json", () => {
  it("is read as it was written, without what doesn't belong", () => {
    const usage = { device: "g5.xlarge", seconds: 1.5, finished_ms: 5 };
    expect(parseUsage(bytes(JSON.stringify({ ...usage, more: 1 })))).toEqual(usage);
  });

  it.each([
    "",
    "{",
    "null",
    "[]",
    '{"device":1,"seconds":1,"finished_ms":1}',
    '{"device":"x","seconds":-1,"finished_ms":1}',
  ])("is none where it says something else: %s", (text) => {
    expect(parseUsage(bytes(text))).toBeUndefined();
  });
});
