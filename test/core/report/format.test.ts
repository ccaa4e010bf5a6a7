// Numbers as people read them.
import { describe, expect, it } from "vitest";
import * as format from "../../../core/report/format.ts";

describe("formatted numbers", () => {
  it.each([
    [format.bytes(999), "999 B"],
    [format.bytes(103_049), "103.0 kB"],
    [format.bytes(2_312_480), "2.31 MB"],
    [format.milliseconds(0.01234), "0.0123 ms"],
    [format.milliseconds(19.6), "19.6 ms"],
    [format.percent(0.8633), "86.3 %"],
    [format.times(4.88), "4.9×"],
    [format.times(12.3), "12×"],
    [format.quantity(1_913_221), "1.91 M"],
    [format.count(1_234_567), "1\u202f234\u202f567"],
    [format.duration(512), "8.53 min"],
    [format.decimals(-0.04, 1), "0.0"],
    [format.decimals(-1.25, 1), "−1.3"],
    [format.interval(82, 89.71), "82.0–89.7"],
    [format.interval(-1, 3.7), "−1.0 to 3.7"],
    [format.amountInterval(4.22, 4.44, "ms"), "4.22–4.44 ms"],
    [format.amountInterval(-1, 3.7, "points"), "−1.0 to 3.7 points"],
    [format.amountInterval(900, 2e6, "bytes"), "900 B to 2.00 MB"],
    [format.amount(1.5, "USD"), "1.50 USD"],
    [format.sentence("no point keeps it"), "No point keeps it."],
    [format.sentence("Done."), "Done."],
    [format.keepUnits("2.31 MB int8, 86.3 % top-1"), "2.31\u00a0MB int8, 86.3\u00a0% top-1"],
  ])("%s", (actual, expected) => {
    expect(actual).toBe(expected);
  });
});
