// Top-1 against latency on validation: every measured point with its interval, the front, teacher, baseline, the choice.
import { interval, milliseconds, percent } from "../format.ts";
import { type Markup, markup } from "../markup.ts";
import type { ReportedPoint, ReportModel } from "../report-model.ts";
import { type Frame, figure, path, xAxis, yAxis } from "./figure.ts";
import { type Box, placeAround } from "./labels.ts";
import { referenceLines } from "./reference-lines.ts";
import { linearScale, logScale, type Scale, tickLabel } from "./scale.ts";

const WIDTH = 720;
const HEIGHT = 400;
const FRAME: Frame = { left: 46, right: 708, top: 30, bottom: 346 };

/** The points have to be there: one at least. */
export function accuracyLatencyChart(model: ReportModel): Markup {
  const { points } = model.search;
  const x = logScale(latencyDomain(model), [FRAME.left, FRAME.right]);
  const y = linearScale(accuracyDomain(model), [FRAME.bottom, FRAME.top], 6);
  const references = referenceLines(model, x, y, FRAME);
  const labels = placeAround(
    points
      .toSorted((a, b) => Number(b.fate === "chosen") - Number(a.fate === "chosen"))
      .map((p) => ({ x: x.at(p.latency_ms_p50), y: y.at(p.top1.value * 100), text: p.mark })),
    [...points.map((p) => pointBox(p, x, y)), ...references.boxes],
    { x: FRAME.left, y: FRAME.top - 8, width: FRAME.right - FRAME.left, height: FRAME.bottom - FRAME.top + 8 },
  );
  const body = [
    xAxis(FRAME, x, tickLabel, "median latency, ms (logarithmic)"),
    yAxis(FRAME, y, tickLabel, "top-1 on validation, %"),
    references.lines,
    frontLine(points, x, y),
    points.map((point) => drawPoint(point, x, y)),
    references.names,
    labels.map((l) => markup`<text class="mark" x="${l.x}" y="${l.y}" text-anchor="${l.anchor}">${l.text}</text>`),
  ];
  const description = `${points.length} measured points; their numbers are in the table below.`;
  return figure({ id: "accuracy-latency", title: "Accuracy against latency", description }, WIDTH, HEIGHT, body);
}

function latencyDomain(model: ReportModel): [number, number] {
  const all = model.search.points.map((p) => p.latency_ms_p50);
  if (model.baseline) all.push(model.baseline.latency.ms_p50);
  return [Math.min(...all) * 0.82, Math.max(...all) * 1.22];
}

function accuracyDomain(model: ReportModel): [number, number] {
  const ends = model.search.points.flatMap((p) => [p.top1.low, p.top1.high]);
  const teacher = model.teacher?.validation_top1;
  if (teacher) ends.push(teacher.value);
  return [Math.max(0, Math.min(...ends) * 100 - 1.5), Math.min(100, Math.max(...ends) * 100 + 1.5)];
}

function pointBox(point: ReportedPoint, x: Scale, y: Scale): Box {
  const top = y.at(point.top1.high * 100);
  const around = { x: x.at(point.latency_ms_p50) - 7, y: y.at(point.top1.value * 100) - 7, width: 14, height: 14 };
  // The whisker itself may run behind a label; the dot may not.
  return top < around.y ? around : { ...around, y: top };
}

function drawPoint(point: ReportedPoint, x: Scale, y: Scale): Markup {
  const cx = x.at(point.latency_ms_p50);
  const at = (share: number) => y.at(share * 100);
  const kind = `point ${point.precision === "fp32" ? "fp32" : "int8"} ${point.fate}`;
  const title = `${point.mark}: ${point.candidate_id}, ${point.precision}, ${milliseconds(point.latency_ms_p50)}, ${percent(point.top1.value)} (${interval(point.top1.low * 100, point.top1.high * 100)})`;
  return markup`<g class="${kind}"><title>${title}</title><line class="whisker" x1="${cx}" x2="${cx}" y1="${at(point.top1.low)}" y2="${at(point.top1.high)}"/>${point.fate === "chosen" && markup`<circle class="ring" cx="${cx}" cy="${at(point.top1.value)}" r="11"/>`}<circle class="dot" cx="${cx}" cy="${at(point.top1.value)}" r="5.5"/></g>`;
}

/** Steps through the front's points: nothing measured lies above and left of the line. */
function frontLine(points: readonly ReportedPoint[], x: Scale, y: Scale): Markup {
  const front = points.filter((p) => p.on_front).toSorted((a, b) => a.latency_ms_p50 - b.latency_ms_p50);
  const steps = front.flatMap((p, i): [number, number][] => {
    const here: [number, number] = [x.at(p.latency_ms_p50), y.at(p.top1.value * 100)];
    const before = front[i - 1];
    return before ? [[here[0], y.at(before.top1.value * 100)], here] : [here];
  });
  return markup`<path class="front" d="${path(steps)}"/>`;
}
