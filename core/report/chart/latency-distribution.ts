// Every run of the file as a histogram, and under it one line a block on the same axis: is the machine's time steady?
import { milliseconds } from "../format.ts";
import { type Markup, markup } from "../markup.ts";
import type { LatencySummary } from "../report-model.ts";
import { type Frame, figure, xAxis } from "./figure.ts";
import { stackInRows } from "./labels.ts";
import { linearScale, round, type Scale, tickLabel } from "./scale.ts";

const WIDTH = 720;
const ROW = 13;
const BLOCKS_SHOWN = 24;

/** `promised_ms` draws the promise where it lies within the axis. */
export function latencyDistributionChart(latency: LatencySummary, promisedMs: number | null): Markup {
  const { from_ms, step_ms, counts } = latency.histogram;
  const blocks = latency.blocks_ms.slice(0, BLOCKS_SHOWN);
  const end = from_ms + step_ms * counts.length;
  const reach = promisedMs !== null && promisedMs < end + 0.5 * (end - from_ms) ? Math.max(end, promisedMs) : end;
  const margin = (reach - from_ms) * 0.03;
  const x = linearScale([from_ms - margin, reach + margin], [70, 708], 8);
  const lines = [
    { x: x.at(latency.ms_p50), text: `p50 ${milliseconds(latency.ms_p50)}`, kind: "quantile" },
    { x: x.at(latency.ms_p95), text: `p95 ${milliseconds(latency.ms_p95)}`, kind: "quantile" },
    { x: x.at(Math.min(latency.ms_p99, end)), text: `p99 ${milliseconds(latency.ms_p99)}`, kind: "quantile" },
    ...(promisedMs !== null && promisedMs <= reach
      ? [{ x: x.at(promisedMs), text: `promised ${milliseconds(promisedMs)}`, kind: "promise-line" }]
      : []),
  ];
  const labels = stackInRows(lines, 70, 708);
  const rows = Math.max(...labels.map((label) => label.row)) + 1;
  const frame: Frame = { left: 70, right: 708, top: 8 + rows * 16, bottom: 8 + rows * 16 + 150 };
  const blocksTop = frame.bottom + 14;
  const lowest: Frame = { ...frame, bottom: blocksTop + blocks.length * ROW + 4 };
  const body = [
    xAxis(lowest, x, tickLabel, "one run, ms"),
    bars(latency.histogram, x, frame),
    markup`<line class="axis" x1="${frame.left}" x2="${frame.right}" y1="${frame.bottom}" y2="${frame.bottom}"/>`,
    markup`<text class="axis-name" x="0" y="${frame.bottom - 4}">runs</text><text class="axis-name" x="0" y="${blocksTop + 12}">blocks</text>`,
    lines.map((l) => markup`<line class="${l.kind}" x1="${l.x}" x2="${l.x}" y1="${frame.top}" y2="${lowest.bottom}"/>`),
    labels.map((l) => markup`<text class="line-name" x="${l.x}" y="${frame.top - 5 - l.row * 16}">${l.text}</text>`),
    blocks.map((block, i) => drawBlock(block, i, blocksTop + i * ROW + 6, x, end)),
  ];
  const description = `Histogram of ${latency.blocks * latency.runs_per_block} runs in ${latency.blocks} blocks.`;
  return figure({ id: "latency", title: "Latency distribution", description }, WIDTH, lowest.bottom + 44, body);
}

function bars(histogram: LatencySummary["histogram"], x: Scale, frame: Frame): Markup[] {
  const most = Math.max(1, ...histogram.counts);
  const height = frame.bottom - frame.top;
  return histogram.counts.flatMap((count, bin) => {
    if (count === 0) return [];
    const from = histogram.from_ms + bin * histogram.step_ms;
    const left = x.at(from);
    const tall = round((count / most) * height);
    const width = round(Math.max(1, x.at(from + histogram.step_ms) - left - 1));
    return [
      markup`<rect class="bar" x="${left}" y="${round(frame.bottom - tall)}" width="${width}" height="${tall}"><title>${count} runs from ${milliseconds(from)}</title></rect>`,
    ];
  });
}

function drawBlock(
  block: LatencySummary["blocks_ms"][number],
  index: number,
  y: number,
  x: Scale,
  end: number,
): Markup {
  const at = (value: number) => x.at(Math.min(value, end));
  const title = `block ${index + 1}: ${milliseconds(block.low)} to ${milliseconds(block.high)}, p50 ${milliseconds(block.p50)}, p95 ${milliseconds(block.p95)}`;
  return markup`<g><title>${title}</title><line class="block-range" x1="${at(block.low)}" x2="${at(block.high)}" y1="${y}" y2="${y}"/><line class="block-core" x1="${at(block.p50)}" x2="${at(block.p95)}" y1="${y}" y2="${y}"/><circle class="block-median" cx="${at(block.p50)}" cy="${y}" r="2.6"/></g>`;
}
