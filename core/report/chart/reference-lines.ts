// What the points are compared with: a line at the teacher's accuracy and one at the baseline's latency, with names.
import { milliseconds, percent } from "../format.ts";
import { type Markup, markup } from "../markup.ts";
import type { ReportModel } from "../report-model.ts";
import type { Frame } from "./figure.ts";
import { type Box, type Placed, textBox, textWidth } from "./labels.ts";
import type { Scale } from "./scale.ts";

export interface ReferenceLines {
  readonly lines: Markup;
  /** Drawn after the points, so that no whisker crosses a name. */
  readonly names: Markup;
  /** What other labels keep away from. */
  readonly boxes: readonly Box[];
}

export function referenceLines(model: ReportModel, x: Scale, y: Scale, frame: Frame): ReferenceLines {
  const { baseline, teacher } = model;
  const lines: Markup[] = [];
  const names: Placed[] = [];
  const boxes: Box[] = [];
  const top1 = teacher?.validation_top1;
  const teacherY = top1 ? y.at(top1.value * 100) : null;
  if (teacher && top1 && teacherY !== null) {
    lines.push(line(frame.left, frame.right, teacherY, teacherY));
    boxes.push({ x: frame.left, y: teacherY - 2, width: frame.right - frame.left, height: 4 });
    const above = teacherY - 6 > frame.top + 8;
    const text = `teacher, ${teacher.input_size} px: ${percent(top1.value)}`;
    names.push({ x: frame.left + 6, y: above ? teacherY - 6 : teacherY + 16, text, anchor: "start" });
  }
  if (baseline) {
    const at = x.at(baseline.latency.ms_p50);
    lines.push(line(at, at, frame.top, frame.bottom));
    const text = `${baseline.display_name}, ${baseline.input_size} px, fp32: ${milliseconds(baseline.latency.ms_p50)}`;
    const fitsLeft = at - 8 - textWidth(text) > frame.left;
    const low = teacherY === null || teacherY < frame.bottom - 40;
    const place = fitsLeft ? ({ x: at - 8, anchor: "end" } as const) : ({ x: at + 8, anchor: "start" } as const);
    names.push({ ...place, y: low ? frame.bottom - 10 : frame.top + 14, text });
  }
  boxes.push(...names.map(textBox));
  return { lines: markup`<g>${lines}</g>`, names: markup`<g>${names.map(drawName)}</g>`, boxes };
}

function line(x1: number, x2: number, y1: number, y2: number): Markup {
  return markup`<line class="reference" x1="${x1}" x2="${x2}" y1="${y1}" y2="${y2}"/>`;
}

function drawName(name: Placed): Markup {
  return markup`<text class="reference-name" x="${name.x}" y="${name.y}" text-anchor="${name.anchor}">${name.text}</text>`;
}
