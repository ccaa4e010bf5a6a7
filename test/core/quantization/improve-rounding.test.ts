// Rounding weights together: never worse in outputs than nearest rounding, inside int8 and the pair limit.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { improveRounding } from "../../../core/quantization/improve-rounding.ts";
import { isViolating } from "../../../core/quantization/pair-limit.ts";
import { roundChannel } from "../../../core/quantization/round-channel.ts";

const LENGTH = 8;
const SCALE = 1 / 127;

/** Covariance of made-up inputs, which always is one of something. */
function spreadOf(rows: readonly (readonly number[])[]) {
  const covariance = new Float32Array(LENGTH * LENGTH);
  for (const row of rows) {
    for (let a = 0; a < LENGTH; a += 1) {
      for (let b = 0; b < LENGTH; b += 1) covariance[a * LENGTH + b]! += row[a]! * row[b]!;
    }
  }
  const pull = new Float32Array(LENGTH);
  return {
    covariance,
    pull,
    variances: Float64Array.from({ length: LENGTH }, (_, at) => covariance[at * (LENGTH + 1)]!),
  };
}

function outputError(exact: Float64Array, steps: Int8Array, covariance: Float32Array): number {
  const errors = Array.from(steps, (step, at) => step * SCALE - exact[at]!);
  return errors.reduce(
    (sum, a, row) => sum + errors.reduce((s, b, column) => s + a * b * covariance[row * LENGTH + column]!, 0),
    0,
  );
}

const number = fc.double({ noNaN: true, min: -1, max: 1 });
const weights = fc.array(number, { minLength: LENGTH, maxLength: LENGTH });

describe("rounding weights together", () => {
  it("makes the error of outputs no larger, within int8 and, where asked, the pair limit", () => {
    fc.assert(
      fc.property(
        weights,
        fc.array(weights, { minLength: 1, maxLength: 12 }),
        fc.boolean(),
        (values, rows, limited) => {
          const exact = Float64Array.from(values);
          const steps = new Int8Array(LENGTH);
          roundChannel(exact, SCALE, limited, steps);
          const spread = spreadOf(rows);
          const before = outputError(exact, steps, spread.covariance);
          improveRounding(exact, SCALE, limited, spread, steps);
          expect(outputError(exact, steps, spread.covariance)).toBeLessThanOrEqual(before + 1e-7);
          for (let at = 0; at < LENGTH; at += 2) {
            expect(Math.abs(steps[at]!)).toBeLessThanOrEqual(127);
            if (limited) expect(isViolating(steps[at]!, steps[at + 1]!)).toBe(false);
          }
        },
      ),
    );
  });

  it("moves weights to where the outputs lack something", () => {
    const steps = new Int8Array(LENGTH);
    const spread = spreadOf([[1, 0, 0, 0, 0, 0, 0, 0]]);
    spread.pull[0] = 3.2 * SCALE;
    improveRounding(new Float64Array(LENGTH), SCALE, true, spread, steps);
    expect([...steps]).toEqual([3, 0, 0, 0, 0, 0, 0, 0]);
  });

  it("lets errors cancel where inputs move together", () => {
    // Both weights lie a little above a step; one of them rounded up takes the other's error out.
    const exact = Float64Array.from([10.4, 10.4, 0, 0, 0, 0, 0, 0], (value) => value * SCALE);
    const steps = new Int8Array(LENGTH);
    roundChannel(exact, SCALE, false, steps);
    improveRounding(exact, SCALE, false, spreadOf([[1, 1, 0, 0, 0, 0, 0, 0]]), steps);
    expect(steps[0]! + steps[1]!).toBe(21);
  });
});
