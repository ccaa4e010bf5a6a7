// Schedules: within the time whoever wins, halved each rung, and only where the winner is trained for long enough.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { epochsWithin, halfOf, halve, type Runner } from "../../../core/planner/halving.ts";
import { SEARCH, STUDENT } from "../../../core/planner/recipes.ts";

const TERMS = {
  epochs: SEARCH.epochs_of_first_rung,
  epochs_enough: SEARCH.epochs_enough,
  rungs_left: SEARCH.rungs_max,
};

const runner = (fixed_s: number, continued_s: number, epoch_s: number, epochs_done = 0): Runner => ({
  epochs_done,
  seconds: (epochs, continued) => (continued ? continued_s : fixed_s) + epochs * epoch_s,
});

const runners = fc.array(
  fc
    .tuple(fc.integer({ min: 20, max: 60 }), fc.integer({ min: 5, max: 20 }), fc.integer({ min: 1, max: 40 }))
    .map(([fixed, continued, epoch]) => runner(fixed, continued, epoch)),
  { minLength: 2, maxLength: 6 },
);

describe("halve", () => {
  it("keeps within the time, whichever candidates go on", () => {
    fc.assert(
      fc.property(runners, fc.integer({ min: 0, max: 20_000 }), fc.infiniteStream(fc.nat()), (list, time_s, draws) => {
        const rungs = halve(list, { ...TERMS, available_s: time_s });
        if (rungs === undefined) return;
        let alive = list;
        let spent_s = 0;
        for (const [place, { candidates, epochs }] of rungs.entries()) {
          alive = draw(alive, candidates, draws);
          spent_s += alive.reduce((sum, one) => sum + one.seconds(epochs, place > 0), 0);
        }
        expect(spent_s).toBeLessThanOrEqual(time_s);
      }),
    );
  });

  it("halves each rung down to one, and trains the winner for long enough", () => {
    fc.assert(
      fc.property(runners, fc.integer({ min: 0, max: 20_000 }), (list, time_s) => {
        const rungs = halve(list, { ...TERMS, available_s: time_s });
        if (rungs === undefined) return;
        expect(rungs[0]!.candidates).toBe(list.length);
        for (const [place, { candidates }] of rungs.slice(1).entries())
          expect(candidates).toBe(halfOf(rungs[place]!.candidates));
        const trained = rungs.reduce((sum, { epochs }) => sum + epochs, 0);
        expect(rungs.at(-1)!.candidates).toBe(1);
        expect(trained).toBeGreaterThanOrEqual(SEARCH.epochs_enough);
        expect(trained).toBeLessThanOrEqual(STUDENT.epochs_max);
      }),
    );
  });

  it("refuses where one candidate alone would be trained for hardly long enough", () => {
    const list = [runner(44, 34, 10), runner(44, 34, 10)];
    const alone_s = 44 + SEARCH.epochs_enough * 10;
    expect(halve(list, { ...TERMS, available_s: alone_s })).toBeUndefined();
    expect(halve(list, { ...TERMS, available_s: alone_s + 44 + 50 + 34 })).toEqual([
      { candidates: 2, epochs: 5 },
      { candidates: 1, epochs: SEARCH.epochs_enough - 5 },
    ]);
  });

  it("plans no more rungs than may run", () => {
    const list = Array.from({ length: 4 }, () => runner(10, 5, 1));
    const terms = { ...TERMS, available_s: 1e6 };
    expect(halve(list, { ...terms, rungs_left: 3 })).toHaveLength(3);
    expect(halve(list, { ...terms, rungs_left: 2 })).toBeUndefined();
  });

  it("counts what survivors were trained for before", () => {
    const list = [runner(44, 34, 10, 20), runner(44, 34, 10, 20)];
    expect(halve(list, { ...TERMS, epochs: 10, available_s: 2 * (34 + 100) + 34 + 40 })).toEqual([
      { candidates: 2, epochs: 10 },
      { candidates: 1, epochs: 4 },
    ]);
  });

  it("never trains a student for more epochs than the limit", () => {
    expect(epochsWithin(runner(0, 0, 1), STUDENT.epochs_max - 3, 1e9, true)).toBe(3);
  });
});

function draw(from: readonly Runner[], count: number, draws: Iterator<number>): Runner[] {
  const rest = [...from];
  return Array.from({ length: count }, () => rest.splice(draws.next().value % rest.length, 1)[0]!);
}
