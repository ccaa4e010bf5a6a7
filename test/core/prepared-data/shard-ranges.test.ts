// Which rows are packed together.
import fc from "fast-check";
import { expect, test } from "vitest";
import { shardRanges } from "../../../core/prepared-data/shard-ranges.ts";

const rowsOf = (sizes: readonly number[]) => sizes.map((size_bytes) => ({ size_bytes }));

test("hold every row once, in order, keep the limits, and could not be fewer", () => {
  const limits = fc.record({ samples: fc.integer({ min: 1, max: 20 }), size_bytes: fc.integer({ min: 1, max: 500 }) });
  const sizes = fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 100 });
  fc.assert(
    fc.property(sizes, limits, (each, limit) => {
      const ranges = shardRanges(rowsOf(each), limit);
      const bytesOf = (first: number, count: number) =>
        each.slice(first, first + count).reduce((sum, size) => sum + size, 0);
      let next = 0;
      for (const { first, count } of ranges) {
        expect(first).toBe(next);
        expect(count).toBeGreaterThanOrEqual(1);
        expect(count).toBeLessThanOrEqual(limit.samples);
        if (count > 1) expect(bytesOf(first, count)).toBeLessThanOrEqual(limit.size_bytes);
        next = first + count;
        if (next === each.length) break;
        // The row after it would not have fitted.
        expect(count === limit.samples || bytesOf(first, count + 1) > limit.size_bytes).toBe(true);
      }
      expect(next).toBe(each.length);
    }),
  );
});

test("are one for a small data set and none for none", () => {
  expect(shardRanges(rowsOf(new Array<number>(4096).fill(1000)))).toEqual([{ first: 0, count: 4096 }]);
  expect(shardRanges(rowsOf(new Array<number>(4097).fill(1000)))).toHaveLength(2);
  expect(shardRanges([])).toEqual([]);
});
