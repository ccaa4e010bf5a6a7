// What is charged is taken off, and a share of parameters that is said to fit a size does fit it.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { charge, fits, left, openLedger } from "../../../core/budget/ledger.ts";
import { int8SizeBytes, parametersRatioFor } from "../../../core/budget/size.ts";

describe("a ledger", () => {
  it("has left what was not charged", () => {
    const amounts = fc.array(fc.integer({ min: 0, max: 1000 }), { maxLength: 20 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000 }), amounts, (limit, charges) => {
        const ledger = charges.reduce((open, amount) => charge(open, "work", amount), openLedger(limit));
        const spent = charges.reduce((sum, amount) => sum + amount, 0);
        expect(left(ledger)).toBe(limit - spent);
        expect(fits(ledger, limit - spent)).toBe(true);
        expect(fits(ledger, limit - spent + 1)).toBe(false);
      }),
    );
  });

  it("refuses negative amounts", () => {
    expect(() => openLedger(-1)).toThrow("Expected a limit");
    expect(() => charge(openLedger(1), "training", -1)).toThrow("Expected to charge at least 0 for training");
  });

  it("keeps the ledger that was charged", () => {
    const open = openLedger(10);
    expect(left(charge(open, "work", 4))).toBe(6);
    expect(left(open)).toBe(10);
  });
});

describe("parametersRatioFor", () => {
  it("gives a share whose file fits, and grows with the promise", () => {
    const sizes = fc.integer({ min: 200_000, max: 20_000_000 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 100_000, max: 20_000_000 }), (size, parameters) => {
        const ratio = parametersRatioFor(size, parameters, 0.04);
        expect(ratio >= 0 && ratio <= 1).toBe(true);
        if (ratio > 0) expect(int8SizeBytes(ratio * parameters)).toBeLessThanOrEqual(size);
        expect(parametersRatioFor(size + 100_000, parameters, 0.04)).toBeGreaterThanOrEqual(ratio);
      }),
    );
  });
});
