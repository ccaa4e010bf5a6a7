// Places chart labels so that none covers another: greedy, first free place wins.

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Anchor {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

export interface Placed extends Anchor {
  readonly anchor: "start" | "middle" | "end";
}

const LINE_HEIGHT = 14;
/** Of a 12-unit sans-serif; wide enough for the widest common system font. */
const CHARACTER_WIDTH = 7.4;

export function textWidth(text: string): number {
  return text.length * CHARACTER_WIDTH;
}

export function overlaps(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** Baseline position of a text -> the box it covers. */
export function textBox(label: Placed): Box {
  const width = textWidth(label.text);
  const x = label.anchor === "start" ? label.x : label.anchor === "end" ? label.x - width : label.x - width / 2;
  return { x, y: label.y - 11, width, height: LINE_HEIGHT };
}

/** Labels around points. One that fits nowhere within `bounds` is left out: the table beside the figure has it. */
export function placeAround(anchors: readonly Anchor[], obstacles: readonly Box[], bounds: Box): Placed[] {
  const taken = [...obstacles];
  const placed: Placed[] = [];
  for (const anchor of anchors) {
    const found = around(anchor).find((label) => {
      const box = textBox(label);
      return contains(bounds, box) && !taken.some((other) => overlaps(box, other));
    });
    if (!found) continue;
    taken.push(textBox(found));
    placed.push(found);
  }
  return placed;
}

function around({ x, y, text }: Anchor): Placed[] {
  const near: [number, number, Placed["anchor"]][] = [
    [9, -7, "start"],
    [-9, -7, "end"],
    [9, 15, "start"],
    [-9, 15, "end"],
    [0, -12, "middle"],
    [0, 22, "middle"],
    [14, 4, "start"],
    [-14, 4, "end"],
    [12, -20, "start"],
    [-12, -20, "end"],
    [12, 28, "start"],
    [-12, 28, "end"],
  ];
  return near.map(([dx, dy, anchor]) => ({ x: x + dx, y: y + dy, text, anchor }));
}

function contains(outer: Box, inner: Box): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}

/** Labels of vertical lines, in rows above the plot: each takes the first row where it is free. Row 0 is lowest. */
export function stackInRows(
  anchors: readonly { x: number; text: string }[],
  left: number,
  right: number,
): (Placed & { row: number })[] {
  const ends: number[] = [];
  return anchors
    .toSorted((a, b) => a.x - b.x)
    .map(({ x, text }) => {
      const width = textWidth(text);
      const start = Math.min(Math.max(left, x - width / 2), right - width);
      const free = ends.findIndex((end) => end <= start);
      const row = free === -1 ? ends.length : free;
      ends[row] = start + width + 6;
      return { x: start, y: 0, text, anchor: "start", row };
    });
}
