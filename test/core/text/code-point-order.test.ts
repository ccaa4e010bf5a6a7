// Code-point order, against the definition.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareCodePoints } from "../../../core/text/code-point-order.ts";

describe("code-point order", () => {
  it("orders by code points where UTF-16 units would not", () => {
    expect(["\u{1f600}", "\uff01", "a"].sort(compareCodePoints)).toEqual(["a", "\uff01", "\u{1f600}"]);
  });

  it("agrees with comparing lists of code points", () => {
    const points = (text: string) => [...text].map((character) => character.codePointAt(0) ?? 0);
    const reference = (a: string, b: string) => {
      const [left, right] = [points(a), points(b)];
      const at = left.findIndex((point, index) => point !== right[index]);
      return at < 0 ? left.length - right.length : at >= right.length ? 1 : left[at]! - right[at]!;
    };
    const text = fc.string({
      unit: fc.constantFrom("a", "b", "\uffff", "\ue000", "\u{10000}", "\u{10ffff}"),
      maxLength: 5,
    });
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareCodePoints(a, b))).toBe(Math.sign(reference(a, b)));
      }),
    );
  });
});
