// Champion against challenger on the same test samples: pairs, bounds, classes, and both errors by simulation.
import { describe, expect, it } from "vitest";
import {
  readTestPredictions,
  type TestPredictions,
  testPredictions,
  writeTestPredictions,
} from "../../../core/champion/test-predictions.ts";
import { compareOnTest, judgeChallenger } from "../../../core/gate/champion.ts";
import { lowerDifference } from "../../../core/statistics/paired-bootstrap.ts";
import { seededRandom } from "../../../core/statistics/random.ts";

const PROMOTION = { margin_points: 1, class_margin_points: 5 };

/** @param answers by sample: the class that it is of, and the one that was answered */
function predictions(
  answers: readonly (readonly [string, string])[],
  classes = ["cat", "dog"],
  from = 0,
): TestPredictions {
  const samples = answers.map(([label], at) => ({ sha256: `sample ${from + at}`, label: classes.indexOf(label) }));
  return testPredictions(
    classes,
    samples,
    answers.map(([, answer]) => classes.indexOf(answer)),
  );
}

const repeat = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);
const RIGHT = ["cat", "cat"] as const;
const WRONG = ["cat", "dog"] as const;

describe("a comparison with the champion", () => {
  it("pairs the samples that both answered, by their bytes, whatever their order", () => {
    const challenger = predictions([RIGHT, RIGHT, WRONG, RIGHT]);
    const champion = predictions([WRONG, RIGHT, RIGHT], ["dog", "cat"], 1); // samples 1 to 3, classes the other way round
    const comparison = compareOnTest(challenger, champion);
    expect(comparison).toMatchObject({ n: 3, champion_top1: 2 / 3, challenger_top1: 2 / 3, difference_points: 0 });
    expect(comparison.mcnemar_p).toBe(1);
  });

  it("holds both against the challenger's labels where a sample was relabelled", () => {
    const comparison = compareOnTest(predictions([["dog", "dog"]]), predictions([["cat", "cat"]]));
    expect(comparison).toMatchObject({ champion_top1: 0, challenger_top1: 1 });
  });

  it("counts a class only from 50 common samples on", () => {
    const classesOf = (count: number) =>
      compareOnTest(predictions(repeat(count, RIGHT)), predictions(repeat(count, WRONG))).classes;
    expect(classesOf(49)).toEqual([]);
    expect(classesOf(50)).toEqual([{ class: "cat", n: 50, champion: 0, challenger: 1 }]);
  });
});

describe("a challenger on test", () => {
  const judge = (challenger: TestPredictions, champion: TestPredictions, promotion = PROMOTION) =>
    judgeChallenger(promotion, compareOnTest(challenger, champion));

  it("that is better is promoted, and the reason has the figures", () => {
    const verdict = judge(predictions(repeat(400, RIGHT)), predictions([...repeat(380, RIGHT), ...repeat(20, WRONG)]));
    expect(verdict.promoted).toBe(true);
    expect(verdict.reason).toMatch(/^\+5\.00 points of top-1 on 400 common test samples, lower 95 % bound \+3\.\d\d/);
  });

  it("that is worse, or too little tested to tell, is not promoted", () => {
    const worse = [...repeat(380, RIGHT), ...repeat(20, WRONG)];
    expect(judge(predictions(worse), predictions(repeat(400, RIGHT))).promoted).toBe(false);
    expect(judge(predictions(repeat(20, RIGHT)), predictions(repeat(20, RIGHT))).promoted).toBe(false);
    expect(judge(predictions(repeat(500, RIGHT)), predictions(repeat(500, RIGHT))).promoted).toBe(true);
  });

  it("that loses a class is not promoted, however well it does otherwise", () => {
    const cats = (wrong: number) => [...repeat(60 - wrong, RIGHT), ...repeat(wrong, WRONG)];
    const dogs = (wrong: number) => [
      ...repeat(940 - wrong, ["dog", "dog"] as const),
      ...repeat(wrong, ["dog", "cat"] as const),
    ];
    const champion = predictions([...cats(0), ...dogs(200)]);
    expect(judge(predictions([...cats(3), ...dogs(0)]), champion).promoted).toBe(true);
    const verdict = judge(predictions([...cats(4), ...dogs(0)]), champion);
    expect(verdict).toMatchObject({
      promoted: false,
      reason: expect.stringContaining("cat \u22126.67 points") as string,
    });
  });

  it("without a common sample is promoted only by a margin of 100 %, and the reason says so", () => {
    const [challenger, champion] = [predictions([RIGHT]), predictions([RIGHT], ["cat", "dog"], 1)];
    const verdict = judge(challenger, champion);
    expect(verdict).toMatchObject({ promoted: false, reason: expect.stringContaining("margin: 100 %") as string });
    expect(judgeChallenger(PROMOTION, undefined).promoted).toBe(false);
    expect(judge(challenger, champion, { margin_points: 100, class_margin_points: 5 }).promoted).toBe(true);
  });
});

describe("promotion, simulated 1,000 times with 2,000 samples of which 10 % are discordant and a margin of 1 point", () => {
  const SIMULATIONS = 1000;
  const SAMPLES = 2000;
  const known = new Map<string, boolean>();

  function promotedShare(true_difference: number, seed: number): number {
    const random = seededRandom(seed);
    const up = (0.1 + true_difference) / 2;
    let promoted = 0;
    for (let simulation = 0; simulation < SIMULATIONS; simulation += 1) {
      let [first_only, second_only] = [0, 0];
      for (let sample = 0; sample < SAMPLES; sample += 1) {
        const draw = random();
        if (draw < up) first_only += 1;
        else if (draw < 0.1) second_only += 1;
      }
      if (isPromoted(first_only, second_only)) promoted += 1;
    }
    return promoted / SIMULATIONS;
  }

  function isPromoted(first_only: number, second_only: number): boolean {
    const key = `${first_only} ${second_only}`;
    const answer = known.get(key) ?? judged(first_only, second_only);
    known.set(key, answer);
    return answer;
  }

  /** By the gate's own rule; the counts are all that the pairs say about it. */
  function judged(first_only: number, second_only: number): boolean {
    const lower_points =
      100 *
      lowerDifference({
        both: SAMPLES - first_only - second_only,
        neither: 0,
        first_only,
        second_only,
      });
    const difference_points = (100 * (first_only - second_only)) / SAMPLES;
    const figures = { n: SAMPLES, champion_top1: 0, challenger_top1: 0, mcnemar_p: 1, classes: [] };
    return judgeChallenger(PROMOTION, { ...figures, difference_points, lower_points }).promoted;
  }

  it("lets a challenger that is worse by exactly the margin through in at most 5 %", () => {
    expect(promotedShare(-0.01, 1)).toBeLessThanOrEqual(0.05);
  }, 60_000);

  it("lets one that is 2 points better than that through in at least 80 %", () => {
    expect(promotedShare(0.01, 2)).toBeGreaterThanOrEqual(0.8);
  }, 60_000);
});

describe("test predictions", () => {
  it("are read back as written, and nothing else is", () => {
    const written = predictions([RIGHT, WRONG]);
    expect(readTestPredictions(writeTestPredictions(written))).toEqual(written);
    for (const text of [
      "",
      "{}",
      "null",
      JSON.stringify({ ...written, label: [0] }),
      JSON.stringify({ ...written, label: [0, 9] }),
    ])
      expect(readTestPredictions(text)).toBeUndefined();
  });

  it("hold an answer for each sample", () => {
    expect(() => testPredictions(["a"], [{ sha256: "x", label: 0 }], [])).toThrow("an answer for each of 1 samples");
  });
});
