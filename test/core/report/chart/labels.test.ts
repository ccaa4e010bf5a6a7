// Labels of charts never cover each other, whatever the points are.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { overlaps, placeAround, stackInRows, textBox } from "../../../../core/report/chart/labels.ts";

const bounds = { x: 0, y: 0, width: 700, height: 400 };
const anchor = fc.record({
  x: fc.integer({ min: 0, max: 700 }),
  y: fc.integer({ min: 0, max: 400 }),
  text: fc.string({ minLength: 1, maxLength: 9 }),
});

describe("chart labels", () => {
  it("placed around points stay within bounds, off obstacles and off each other", () => {
    fc.assert(
      fc.property(fc.array(anchor, { maxLength: 30 }), (anchors) => {
        const obstacles = anchors.map(({ x, y }) => ({ x: x - 6, y: y - 6, width: 12, height: 12 }));
        const boxes = placeAround(anchors, obstacles, bounds).map(textBox);
        boxes.forEach((box, i) => {
          expect(box.x >= 0 && box.x + box.width <= 700 && box.y >= 0 && box.y + box.height <= 400).toBe(true);
          expect([...obstacles, ...boxes.slice(i + 1)].some((other) => overlaps(box, other))).toBe(false);
        });
      }),
    );
  });

  it("stacked in rows keep apart within a row and between the sides", () => {
    fc.assert(
      fc.property(fc.array(anchor, { maxLength: 8 }), (anchors) => {
        const labels = stackInRows(anchors, 0, 700);
        expect(labels).toHaveLength(anchors.length);
        labels.forEach((label, i) => {
          const box = textBox(label);
          expect(box.x >= 0 && box.x + box.width <= 700).toBe(true);
          const sameRow = labels.slice(i + 1).filter((other) => other.row === label.row);
          expect(sameRow.some((other) => overlaps(box, textBox(other)))).toBe(false);
        });
      }),
    );
  });
});
