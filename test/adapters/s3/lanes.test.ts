// Questions about many items, some at a time.
import { setTimeout as wait } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { everyInLanes } from "../../../adapters/s3/lanes.ts";

describe("every item in lanes", () => {
  it("passes only where each does, in whatever order the answers come", async () => {
    const answers = fc.array(fc.record({ passes: fc.boolean(), after_ms: fc.integer({ min: 0, max: 4 }) }), {
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(answers, fc.integer({ min: 1, max: 4 }), async (items, lanes) => {
        const every = await everyInLanes(items, lanes, async ({ passes, after_ms }) => {
          await wait(after_ms);
          return passes;
        });
        expect(every).toBe(items.every(({ passes }) => passes));
      }),
    );
  });

  it("asks about none once one has not passed", async () => {
    const asked: number[] = [];
    const passes = async (item: number) => {
      asked.push(item);
      return item !== 2;
    };
    expect(await everyInLanes([1, 2, 3, 4], 1, passes)).toBe(false);
    expect(asked).toEqual([1, 2]);
  });
});
