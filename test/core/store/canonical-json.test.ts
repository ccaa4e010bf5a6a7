// Canonical JSON: one text a value.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../../core/store/canonical-json.ts";

describe("canonical JSON", () => {
  it("sorts keys and has no white space", () => {
    expect(canonicalJson({ b: [1, "x"], a: { d: null, c: true } })).toBe('{"a":{"c":true,"d":null},"b":[1,"x"]}');
  });

  it("writes numbers as ECMAScript does, as in RFC 8785's example", () => {
    expect(canonicalJson([Number("333333333.33333329"), 1e30, 4.5, 0.002, 1e-27, -0])).toBe(
      "[333333333.3333333,1e+30,4.5,0.002,1e-27,0]",
    );
  });

  it("sorts by UTF-16 code units, as in RFC 8785's example", () => {
    const keys = ["\u20ac", "\r", "\ufb33", "1", "\ud83d\ude00", "\u0080", "\u00f6"];
    const text = canonicalJson(Object.fromEntries(keys.map((key) => [key, 0])));
    expect(Object.keys(JSON.parse(text)).filter((key) => key !== "1")).toEqual([
      "\r",
      "\u0080",
      "\u00f6",
      "\u20ac",
      "\ud83d\ude00",
      "\ufb33",
    ]);
  });

  it("leaves out undefined members, which JSON cannot hold", () => {
    expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}');
  });

  it.each([
    [Number.NaN],
    [Infinity],
    [() => 1],
    [1n],
    [new Map()],
    [new Date(0)],
    ["\ud800"],
    [undefined],
    [[undefined]],
  ])("refuses %s", (value) => {
    expect(() => canonicalJson({ at: value === undefined ? [value] : value })).toThrow(TypeError);
  });

  it("gives equal values one text, whatever the order of keys, and parses back", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
        expect(canonicalJson(reversed(value))).toBe(text);
      }),
    );
  });
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, reversed(item)]),
  );
}
