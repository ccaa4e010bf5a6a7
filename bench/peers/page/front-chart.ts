// docs/front.svg: top-1 against speed-up, pooled over data sets and seeds; one line for each side.
import { figure, path, xAxis, yAxis } from "../../../core/report/chart/figure.ts";
import { type Box, placeAround } from "../../../core/report/chart/labels.ts";
import { linearScale, logScale, type Scale, tickLabel } from "../../../core/report/chart/scale.ts";
import { constantMarkup, type Markup, markup } from "../../../core/report/markup.ts";
import { type PooledFile, pooledFiles } from "../chain/analysis.ts";
import type { ChainEntry, ChainSide } from "../chain/record.ts";

const WIDTH = 720;
const HEIGHT = 420;
const FRAME = { left: 46, right: 708, top: 52, bottom: 366 };

/** Own style: an image in Markdown gets none from its page. */
const STYLE = `
:root { --paper: #fcfcfa; --ink: #1b1e22; --soft: #585f69; --rule: #dfe0dc; --decant: #0d6578; --sibling: #a4600a; --torch-pruning: #6b5fa8; }
@media (prefers-color-scheme: dark) { :root { --paper: #14171a; --ink: #e8e9ea; --soft: #a3abb4; --rule: #32383e; --decant: #63bccf; --sibling: #e0a458; --torch-pruning: #a99fe0; } }
.paper { fill: var(--paper); }
text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif; fill: var(--ink); font-variant-numeric: tabular-nums; }
.tick, .axis-name { fill: var(--soft); } .grid { stroke: var(--rule); stroke-width: .75; } .axis { stroke: var(--soft); }
.decant { color: var(--decant); } .sibling { color: var(--sibling); } .torch-pruning { color: var(--torch-pruning); }
.line { fill: none; stroke: currentColor; stroke-width: 1.8; } .decant .line { stroke-width: 2.6; } .torch-pruning .line { stroke-dasharray: 5 4; }
.whisker { stroke: currentColor; opacity: .45; } .dot { fill: currentColor; } .name { fill: currentColor; font-weight: 600; }
.mark { paint-order: stroke; stroke: var(--paper); stroke-width: 4px; stroke-linejoin: round; }
`;

const SERIES: readonly { readonly side: ChainSide; readonly name: string }[] = [
  { side: "decant", name: "Decant" },
  { side: "sibling", name: "timm at smaller inputs, ONNX Runtime int8" },
  { side: "torch-pruning", name: "torch-pruning, ONNX Runtime int8" },
];

/** Undefined where Decant or the smaller inputs have no file that every entry has: nothing is drawn of less. */
export function frontChart(entries: readonly ChainEntry[]): string | undefined {
  const files = pooledFiles(entries).filter((file) => file.side !== "fp32" && file.entries === entries.length);
  const has = (side: ChainSide) => files.some((file) => file.side === side);
  if (!has("decant") || !has("sibling")) return undefined;
  const x = logScale(
    domain(
      files.map(({ speedup }) => speedup),
      1.1,
    ),
    [FRAME.left, FRAME.right],
  );
  const y = linearScale(accuracyDomain(files), [FRAME.bottom, FRAME.top], 6);
  const labels = placeAround(
    files.map((file) => ({ x: x.at(file.speedup), y: y.at(file.top1.value), text: labelOf(file) })),
    files.map((file) => dotBox(file, x, y)),
    { x: FRAME.left, y: FRAME.top - 8, width: FRAME.right - FRAME.left, height: FRAME.bottom - FRAME.top + 8 },
  );
  const body = [
    constantMarkup(`<style>${STYLE}</style>`),
    markup`<rect class="paper" width="${WIDTH}" height="${HEIGHT}"/>`,
    xAxis(FRAME, x, tickLabel, "times faster than EfficientNet-Lite0 at 224 px in fp32, one thread (logarithmic)"),
    yAxis(FRAME, y, tickLabel, "top-1 on test pictures, %"),
    SERIES.map(({ side, name }, at) => drawSeries(side, name, at, files, x, y)),
    labels.map((l) => markup`<text class="mark" x="${l.x}" y="${l.y}" text-anchor="${l.anchor}">${l.text}</text>`),
  ];
  const text = { id: "front", title: "Accuracy against speed-up", description: descriptionOf(entries) };
  const svg = figure(text, WIDTH, HEIGHT, body, "front").markup;
  return `${svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ')}\n`;
}

function drawSeries(side: ChainSide, name: string, row: number, files: readonly PooledFile[], x: Scale, y: Scale) {
  const own = files.filter((file) => file.side === side).toSorted((a, b) => a.speedup - b.speedup);
  if (own.length === 0) return null;
  const points = own.map(({ speedup, top1 }): [number, number] => [x.at(speedup), y.at(top1.value)]);
  const dots = own.map(({ top1 }, at): Markup => {
    const [cx, cy] = points[at]!;
    return markup`<line class="whisker" x1="${cx}" x2="${cx}" y1="${y.at(top1.low)}" y2="${y.at(top1.high)}"/><circle class="dot" cx="${cx}" cy="${cy}" r="5"/>`;
  });
  const top = 16 + row * 15;
  const key = markup`<circle class="dot" cx="${FRAME.right - 318}" cy="${top - 4}" r="4"/><text class="name" x="${FRAME.right - 308}" y="${top}">${name}</text>`;
  return markup`<g class="${side}"><path class="line" d="${path(points)}"/>${dots}${key}</g>`;
}

/** A sibling by its input size; the others by what they weigh. */
function labelOf({ side, input_sizes, size_bytes }: PooledFile): string {
  return side === "sibling" ? `${input_sizes.join("-")} px` : `${(size_bytes / 1e6).toFixed(1)} MB`;
}

function dotBox({ speedup, top1 }: PooledFile, x: Scale, y: Scale): Box {
  return { x: x.at(speedup) - 7, y: y.at(top1.value) - 7, width: 14, height: 14 };
}

function domain(values: readonly number[], margin: number): [number, number] {
  return [Math.min(...values) / margin, Math.max(...values) * margin];
}

function accuracyDomain(files: readonly PooledFile[]): [number, number] {
  const ends = files.flatMap(({ top1 }) => [top1.low, top1.high]);
  return [Math.max(0, Math.min(...ends) - 1), Math.min(100, Math.max(...ends) + 1)];
}

function descriptionOf(entries: readonly ChainEntry[]): string {
  const data = [...new Set(entries.map((entry) => entry.data))];
  const seeds = new Set(entries.map(({ seed }) => seed)).size;
  return `Pooled over ${data.join(", ")} and ${seeds} ${seeds === 1 ? "seed" : "seeds"}, with 95 % intervals; the numbers stand in docs/benchmarks.md.`;
}
