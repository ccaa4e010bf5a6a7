// Scales: round ticks within the domain, and the domain's ends on the range's ends.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linearScale, logScale, roundTicks, tickLabel } from "../../../../core/report/chart/scale.ts";

const positive = fc.double({ min: 1e-3, max: 1e6, noNaN: true });

describe("chart scales", () => {
  it("have ticks within their domain, ascending, and never many more than wanted", () => {
    fc.assert(
      fc.property(positive, positive, (low, span) => {
        for (const ticks of [roundTicks(low, low + span, 5), linearScale([low, low + span], [0, 100]).ticks]) {
          expect(ticks.length).toBeLessThanOrEqual(7);
          expect(ticks.every((tick) => tick >= low - span * 1e-6 && tick <= low + span * (1 + 1e-6))).toBe(true);
          expect(ticks.toSorted((a, b) => a - b)).toEqual(ticks);
        }
      }),
    );
  });

  it("put the ends of the domain on the ends of the range, also logarithmically and upside down", () => {
    fc.assert(
      fc.property(positive, fc.double({ min: 1.1, max: 1e4, noNaN: true }), (low, ratio) => {
        for (const make of [linearScale, logScale]) {
          const scale = make([low, low * ratio], [300, 20]);
          expect(scale.at(low)).toBeCloseTo(300, 1);
          expect(scale.at(low * ratio)).toBeCloseTo(20, 1);
        }
      }),
    );
  });

  it("survive a domain without extent", () => {
    expect(linearScale([3, 3], [0, 100]).at(3)).toBe(0);
    expect(linearScale([3, 3], [0, 100]).ticks).toEqual([3]);
  });

  it("label ticks as shortly as they are exact", () => {
    expect([95, 0.5, 4.25, 1000].map(tickLabel)).toEqual(["95", "0.5", "4.25", "1000"]);
  });
});
