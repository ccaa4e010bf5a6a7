// Units as people write them.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatDuration, parseDurationMs, parseDurationS } from "../../../core/job/unit/duration.ts";
import { parseUsd } from "../../../core/job/unit/money.ts";
import { parsePercentagePoints } from "../../../core/job/unit/percentage.ts";
import { formatSize, parseSizeBytes } from "../../../core/job/unit/size.ts";

describe("sizes", () => {
  it.each([
    ["2 MB", 2_000_000],
    ["2MB", 2_000_000],
    ["1.5 MiB", 1_572_864],
    ["900 kB", 900_000],
    ["512 KiB", 524_288],
    [1234, 1234],
    ["0.0000015 GB", undefined],
  ])("%s is %s bytes", (written, bytes) => {
    expect(parseSizeBytes(written)).toBe(bytes);
  });

  it("refuse megabits, missing units, negative and empty sizes", () => {
    for (const text of ["2 Mb", "2", "-1 MB", "0 MB", "", "MB", "1,5 MB", "1e3 MB", "2 constructor"]) {
      expect(parseSizeBytes(text)).toBeUndefined();
    }
  });

  it("come back from their text exactly", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e12 }), (bytes) => {
        expect(parseSizeBytes(formatSize(bytes))).toBe(bytes);
      }),
    );
  });
});

describe("durations", () => {
  it("are seconds or milliseconds, as the promise needs", () => {
    expect(parseDurationMs("4 ms")).toBe(4);
    expect(parseDurationMs("500 us")).toBe(0.5);
    expect(parseDurationMs("2 h")).toBe(7_200_000);
    expect(parseDurationS("15 min")).toBe(900);
    expect(parseDurationS("90 s")).toBe(90);
    expect(parseDurationS("1.1 min")).toBe(66);
  });

  it("refuse a bare number, since its unit can't be guessed, and nothing at all", () => {
    for (const text of ["15", "0 s", "4 msec", "1 m", "-3 s"]) expect(parseDurationS(text)).toBeUndefined();
  });

  it("come back from their text exactly", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), (seconds) => {
        expect(parseDurationS(formatDuration(seconds))).toBe(seconds);
      }),
    );
  });
});

describe("percentages and money", () => {
  it("need their sign", () => {
    expect(parsePercentagePoints("1 %")).toBe(1);
    expect(parsePercentagePoints("0.5%")).toBe(0.5);
    expect(parsePercentagePoints("100.5 %")).toBeUndefined();
    expect(parsePercentagePoints("1")).toBeUndefined();
    expect(parseUsd("2 USD")).toBe(2);
    expect(parseUsd("2 EUR")).toBeUndefined();
  });
});
