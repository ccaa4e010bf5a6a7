// Order and window of concurrent work.
import fc from "fast-check";
import { expect, test } from "vitest";
import { inOrder } from "../../../adapters/prepared-data/in-order.ts";

test("gives results in order and never holds more than the window", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(3)), fc.integer({ min: 1, max: 5 }), async (delays, window) => {
      let held = 0;
      let most = 0;
      const work = async (ticks: number) => {
        held += 1;
        most = Math.max(most, held);
        for (let tick = 0; tick < ticks; tick += 1) await new Promise(setImmediate);
        return ticks;
      };
      const results: number[] = [];
      for await (const result of inOrder(delays, window, work)) {
        held -= 1;
        results.push(result);
      }
      expect(results).toEqual(delays);
      expect(most).toBeLessThanOrEqual(window);
    }),
  );
});

test("waits for work under way before a failure goes on", async () => {
  let finished = 0;
  const work = async (item: number) => {
    if (item === 1) throw new Error("one");
    await new Promise((resolve) => setTimeout(resolve, 5));
    finished += 1;
    return item;
  };
  const all = async () => {
    for await (const _ of inOrder([0, 1, 2, 3], 4, work));
  };
  await expect(all()).rejects.toThrow("one");
  expect(finished).toBe(3);
});
