// The frame of every chart: an SVG with a title and a description for screen readers, axes and grid lines.
import { type Insert, type Markup, markup } from "../markup.ts";
import type { Scale } from "./scale.ts";

export interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface FigureText {
  /** Unique in the page. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
}

export function figure(text: FigureText, width: number, height: number, body: Insert, className = "chart"): Markup {
  return markup`<svg class="${className}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${text.id}-title ${text.id}-desc">
<title id="${text.id}-title">${text.title}</title><desc id="${text.id}-desc">${text.description}</desc>
${body}
</svg>`;
}

/** Grid lines and tick labels under the plot, and the axis name at the end of the last row. */
export function xAxis(frame: Frame, scale: Scale, format: (value: number) => string, name: string): Markup {
  return markup`<g>${scale.ticks.map(
    (tick) =>
      markup`<line class="grid" x1="${scale.at(tick)}" x2="${scale.at(tick)}" y1="${frame.top}" y2="${frame.bottom}"/><text class="tick" x="${scale.at(tick)}" y="${frame.bottom + 17}" text-anchor="middle">${format(tick)}</text>`,
  )}<line class="axis" x1="${frame.left}" x2="${frame.right}" y1="${frame.bottom}" y2="${frame.bottom}"/><text class="axis-name" x="${(frame.left + frame.right) / 2}" y="${frame.bottom + 36}" text-anchor="middle">${name}</text></g>`;
}

/** Grid lines and tick labels left of the plot; the axis name stands above them. */
export function yAxis(frame: Frame, scale: Scale, format: (value: number) => string, name: string): Markup {
  return markup`<g>${scale.ticks.map(
    (tick) =>
      markup`<line class="grid" x1="${frame.left}" x2="${frame.right}" y1="${scale.at(tick)}" y2="${scale.at(tick)}"/><text class="tick" x="${frame.left - 8}" y="${scale.at(tick) + 4}" text-anchor="end">${format(tick)}</text>`,
  )}<text class="axis-name" x="0" y="12">${name}</text></g>`;
}

export function path(points: readonly (readonly [number, number])[]): string {
  return points.map(([x, y], index) => `${index ? "L" : "M"}${x} ${y}`).join("");
}
