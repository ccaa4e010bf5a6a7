// What becomes of a challenger.
import { describe, expect, it } from "vitest";
import { type Champion, rolledBack, withChampion } from "../../../core/champion/alias.ts";
import { decide, movesAlias } from "../../../core/champion/decision.ts";
import type { ChampionComparison } from "../../../core/gate/champion.ts";

const PROMOTION = { margin_points: 1, class_margin_points: 5 };
const champion = (run: string, order: string | null = null, artifact = run): Champion => ({
  ...{ run, artifact, order },
  ...{ top1: 0.9, top1_n: 300, size_bytes: 1, latency_ms_p95: 1 },
});
const better: ChampionComparison = {
  n: 100,
  champion_top1: 0.8,
  challenger_top1: 0.9,
  difference_points: 10,
  lower_points: 5,
  mcnemar_p: 0.01,
  classes: [],
};
const worse = { ...better, difference_points: -10, lower_points: -15 };
const alias = withChampion(withChampion(undefined, champion("a", "1")), champion("b", "3"));
const outcome = (...request: Parameters<typeof decide>) => decide(...request).outcome;

describe("a challenger", () => {
  it("is the first champion where there is none", () => {
    expect(outcome(undefined, champion("a"), PROMOTION, undefined)).toBe("first");
  });

  it("is promoted where it is not worse, and else not", () => {
    expect(outcome(alias, champion("c", "4"), PROMOTION, better)).toBe("promoted");
    expect(outcome(alias, champion("c", "4"), PROMOTION, worse)).toBe("not-promoted");
    expect(outcome(alias, champion("c", "4"), PROMOTION, undefined)).toBe("not-promoted");
  });

  it("of an older version of the job never replaces a newer one's, however good", () => {
    expect(outcome(alias, champion("c", "2"), PROMOTION, better)).toBe("outdated");
    expect(outcome(alias, champion("c", "2", "b"), PROMOTION, better)).toBe("outdated");
    expect(outcome(alias, champion("c", null), PROMOTION, better)).toBe("promoted");
  });

  it("that is the champion already stays it", () => {
    expect(outcome(alias, champion("b", "3", "rebuilt"), PROMOTION, undefined)).toBe("unchanged");
    expect(outcome(alias, champion("c", "4", "b"), PROMOTION, undefined)).toBe("unchanged");
  });

  it("that was rolled back does not come back by itself, nor does an older one slip in", () => {
    const back = rolledBack(alias)!;
    expect(outcome(back, champion("b", "3"), PROMOTION, better)).toBe("withdrawn");
    expect(outcome(back, champion("c", "4", "b"), PROMOTION, better)).toBe("withdrawn");
    expect(outcome(back, champion("c", "2"), PROMOTION, better)).toBe("outdated");
    expect(outcome(back, champion("c", "4"), PROMOTION, better)).toBe("promoted");
  });

  it("moves the alias only by these outcomes", () => {
    const moving = (["first", "promoted", "unchanged", "not-promoted", "outdated", "withdrawn"] as const).filter(
      (each) => movesAlias({ outcome: each }),
    );
    expect(moving).toEqual(["first", "promoted", "unchanged"]);
  });
});
