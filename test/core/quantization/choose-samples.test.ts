// Which samples calibrate and which are held back.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chooseSamples } from "../../../core/quantization/choose-samples.ts";

const labels = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 200 });
const wanted = fc.record({ calibration: fc.integer({ min: 1, max: 60 }), held_back: fc.integer({ min: 1, max: 20 }) });

describe("chosen samples", () => {
  it("are never in both lists, ascending, and no more than asked for", () => {
    fc.assert(
      fc.property(labels, wanted, fc.nat(), (classes, counts, seed) => {
        const { calibration, held_back } = chooseSamples(classes, counts, seed);
        expect(new Set([...calibration, ...held_back]).size).toBe(calibration.length + held_back.length);
        expect(calibration.length).toBeLessThanOrEqual(counts.calibration);
        expect(held_back.length).toBeLessThanOrEqual(counts.held_back);
        expect(calibration.length).toBeGreaterThanOrEqual(1);
        for (const list of [calibration, held_back]) expect(list).toEqual(list.toSorted((a, b) => a - b));
      }),
    );
  });

  it("hold the same number of each class where there are enough", () => {
    const classes = Array.from({ length: 600 }, (_, at) => Math.floor(at / 120));
    const { calibration } = chooseSamples(classes, { calibration: 100, held_back: 50 }, 3);
    for (let label = 0; label < 5; label += 1) {
      expect(calibration.filter((at) => classes[at] === label)).toHaveLength(20);
    }
  });

  it("are of classes drawn by chance where there are more classes than places", () => {
    const classes = Array.from({ length: 1000 }, (_, at) => at);
    const { calibration, held_back } = chooseSamples(classes, { calibration: 256, held_back: 64 }, 0);
    for (const list of [calibration, held_back]) {
      const quarters = [0, 1, 2, 3].map((quarter) => list.filter((at) => Math.floor(at / 250) === quarter).length);
      // A draw of 64 from four equal quarters lies outside 5 to 27 once in a million.
      for (const count of quarters) expect(count / list.length).toBeGreaterThan(5 / 64);
    }
  });

  it("are the same for a seed and others for another", () => {
    const classes = Array.from({ length: 300 }, (_, at) => at % 3);
    const choose = (seed: number) => chooseSamples(classes, { calibration: 60, held_back: 15 }, seed);
    expect(choose(1)).toEqual(choose(1));
    expect(choose(2)).not.toEqual(choose(1));
  });
});
