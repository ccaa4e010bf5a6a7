// What logits say: softmax, divergence, confusion, recalls, and the record that a report shows.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accuracyOf, agreement, top1 } from "../../../core/statistics/accuracy.ts";
import { confusionMatrix, recallPerClass } from "../../../core/statistics/confusion.ts";
import { klBySample } from "../../../core/statistics/divergence.ts";
import { logitsOf, predictedClass, softmax } from "../../../core/statistics/logits.ts";
import { macroRecall } from "../../../core/statistics/macro-recall.ts";
import { wilson } from "../../../core/statistics/wilson.ts";

const logits = (rows: readonly (readonly number[])[]) => logitsOf(Float32Array.from(rows.flat()), rows[0]!.length);
const row = fc.array(fc.float({ min: -50, max: 50, noNaN: true }), { minLength: 2, maxLength: 8 });

describe("softmax", () => {
  it("sums to 1 and keeps the order, for large logits too", () => {
    fc.assert(
      fc.property(row, fc.integer({ min: -1000, max: 1000 }), (values, shift) => {
        const shares = softmax(values.map((value) => value + shift));
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 6);
        const values32 = Float32Array.from(values);
        expect(shares[predictedClass(values32)]).toBe(Math.max(...shares));
      }),
    );
  });

  it("takes the first of equal logits", () => {
    expect(predictedClass(Float32Array.of(1, 3, 3))).toBe(1);
  });
});

describe("klBySample", () => {
  it("is 0 for equal logits, up to a constant, and never negative", () => {
    fc.assert(
      fc.property(row, row, (first, second) => {
        fc.pre(first.length === second.length);
        const shifted = first.map((value) => value + 1);
        expect(klBySample(logits([first]), logits([shifted]))[0]).toBeCloseTo(0, 4);
        expect(klBySample(logits([first]), logits([second]))[0]).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it("gives a value worked out by hand", () => {
    // p = (0.5, 0.5), q = (0.8, 0.2): 0.5 ln(0.5/0.8) + 0.5 ln(0.5/0.2).
    const [kl] = klBySample(logits([[0, 0]]), logits([[Math.log(4), 0]]));
    expect(kl).toBeCloseTo(0.5 * Math.log(0.625) + 0.5 * Math.log(2.5), 6);
  });

  it("refuses logits of different shapes", () => {
    expect(() => klBySample(logits([[0, 1]]), logits([[0, 1, 2]]))).toThrow("Expected logits of one shape");
  });
});

describe("confusion", () => {
  it("counts every sample once, true classes by row", () => {
    const matrix = confusionMatrix([0, 0, 1, 2, 2, 2], [0, 1, 1, 2, 0, 2], 3);
    expect(matrix).toEqual([
      [1, 1, 0],
      [0, 1, 0],
      [1, 0, 2],
    ]);
  });

  it("measures no recall below 5 samples of a class", () => {
    const recalls = recallPerClass([
      [4, 0],
      [1, 4],
    ]);
    expect(recalls).toEqual([null, wilson(4, 5)]);
  });

  it("refuses a class that doesn't exist", () => {
    expect(() => confusionMatrix([0, 3], [0, 0], 3)).toThrow("Expected classes of 0 to 2");
    expect(() => confusionMatrix([0], [3], 3)).toThrow("Expected classes of 0 to 2");
    expect(() => confusionMatrix([0], [], 3)).toThrow("Expected a prediction for each");
  });
});

describe("macroRecall", () => {
  it("is the mean of the measured recalls, narrower than each of theirs", () => {
    const recalls = [wilson(18, 20), null, wilson(10, 20)];
    const { value, low, high, n } = macroRecall(recalls);
    expect(value).toBeCloseTo(0.7);
    expect(n).toBe(2);
    expect(high - low).toBeLessThan(recalls[2]!.high - recalls[2]!.low);
  });

  it("is one class's own interval where only that was measured", () => {
    const only = wilson(18, 20);
    const { low, high } = macroRecall([only]);
    expect(low).toBeCloseTo(only.low, 12);
    expect(high).toBeCloseTo(only.high, 12);
  });

  it("says that nothing is known where no class was measured", () => {
    expect(macroRecall([null])).toEqual({ value: 0, low: 0, high: 1, n: 0 });
  });
});

describe("accuracyOf", () => {
  const labels = [0, 1, 1, 0, 1, 0];
  const teacher = logits([
    [2, 0],
    [0, 2],
    [0, 2],
    [2, 0],
    [2, 0],
    [2, 0],
  ]);
  const student = logits([
    [2, 0],
    [0, 2],
    [2, 0],
    [0, 2],
    [0, 2],
    [2, 0],
  ]);

  it("holds accuracy, agreement and drop on the same samples", () => {
    const accuracy = accuracyOf(student, teacher, labels, 0);
    expect(accuracy.top1).toMatchObject({ count: 4, n: 6 });
    expect(accuracy.agreement_with_teacher).toMatchObject({ count: 3, n: 6 });
    expect(accuracy.drop_points.value).toBeCloseTo(100 / 6);
    expect(accuracy.confusion).toEqual([
      [2, 1],
      [1, 2],
    ]);
    expect(accuracy.recall_per_class).toEqual([null, null]);
  });

  it("finds no drop, full agreement and no divergence of a file from itself", () => {
    const accuracy = accuracyOf(teacher, teacher, labels, 0);
    expect(accuracy.drop_points.value).toBe(0);
    expect(accuracy.agreement_with_teacher.value).toBe(1);
    expect(accuracy.kl_to_teacher.value).toBe(0);
  });

  it("refuses labels and logits of different counts", () => {
    expect(() => top1(teacher, [0])).toThrow("Expected logits of 1 samples, got 6");
    expect(agreement(teacher, student).n).toBe(6);
    expect(() => logitsOf(new Float32Array(5), 2)).toThrow("Expected rows of 2 logits");
  });
});
