// Guesses at what was meant.
import { describe, expect, it } from "vitest";
import { didYouMean, listWords, nearestWord } from "../../../core/text/did-you-mean.ts";

describe("a guess", () => {
  it("finds the near word, whatever its case or separators", () => {
    expect(nearestWord("latency_P95", ["size", "latency-p95"])).toBe("latency-p95");
    expect(didYouMean("sorce", ["source", "group"])).toBe(" Did you mean source?");
  });

  it("is not made where nothing is near, or the word is no word", () => {
    expect(nearestWord("budget", ["seed", "name"])).toBeUndefined();
    expect(nearestWord("x".repeat(1e5), ["x"])).toBeUndefined();
    expect(nearestWord("x", [])).toBeUndefined();
  });
});

it("lists words as a sentence, and not too many", () => {
  expect(listWords(["a"])).toBe("a");
  expect(listWords(["a", "b", "c"])).toBe("a, b or c");
  expect(listWords(["a", "b", "c"], 2)).toBe("a, b and 1 more");
});
