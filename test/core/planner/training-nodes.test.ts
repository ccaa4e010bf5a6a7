// How many machines train together.
import { describe, expect, it } from "vitest";
import { SAMPLES_PER_NODE, trainingNodes } from "../../../core/planner/training-nodes.ts";

describe("machines that train as one", () => {
  it("are one more for each 20,000 samples begun", () => {
    const counts = [0, 1, SAMPLES_PER_NODE, SAMPLES_PER_NODE + 1, 3 * SAMPLES_PER_NODE, 3 * SAMPLES_PER_NODE + 1];
    expect(counts.map((samples) => trainingNodes(samples, 16))).toEqual([1, 1, 1, 2, 3, 4]);
  });

  it("are never more than deployment allows", () => {
    expect([1, 2, 3].map((nodes_max) => trainingNodes(1_000_000, nodes_max))).toEqual([1, 2, 3]);
  });
});
