// Accuracy at a latency between two files, and outside all of them.
import { describe, expect, it } from "vitest";
import { atSpeed } from "../../../../bench/peers/chain/equal-speed.ts";
import { chainFile } from "./entries.ts";

const fast = chainFile({ name: "sibling-96", ms_p50: 1, correct: "0011" });
const slow = chainFile({ name: "sibling-128", ms_p50: 4, correct: "0111" });

describe("accuracy at a latency", () => {
  it("is a file's own at its own latency", () => {
    expect(atSpeed([slow, fast], 1)).toEqual({ correct: [0, 0, 1, 1], beyond: null });
    expect(atSpeed([slow, fast], 4)).toEqual({ correct: [0, 1, 1, 1], beyond: null });
  });

  it("lies between its neighbours, half way at the geometric mean of their latencies", () => {
    expect(atSpeed([slow, fast], 2)).toEqual({ correct: [0, 0.5, 1, 1], beyond: null });
  });

  it("is the nearest file's outside, and says so", () => {
    expect(atSpeed([slow, fast], 0.5)).toEqual({ correct: [0, 0, 1, 1], beyond: "faster than all" });
    expect(atSpeed([slow, fast], 9)).toEqual({ correct: [0, 1, 1, 1], beyond: "slower than all" });
  });

  it("never sinks to a file that is slower and no better", () => {
    const worse = chainFile({ name: "sibling-112", ms_p50: 2, correct: "0001" });
    expect(atSpeed([worse, fast], 1.9)?.correct).toEqual([0, 0, 1, 1]);
    expect(atSpeed([worse, fast, slow], 2)).toEqual(atSpeed([fast, slow], 2));
  });

  it("is none without files", () => {
    expect(atSpeed([], 1)).toBeUndefined();
  });
});
