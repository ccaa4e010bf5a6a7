// Small bars that stand in table cells: the table stays readable without them.
import { type Markup, markup } from "../markup.ts";
import { round } from "./scale.ts";

const WIDTH = 200;

/** A share 0..1 with its interval. */
export function intervalBar(value: number, low: number, high: number): Markup {
  const at = (share: number) => round(Math.min(1, Math.max(0, share)) * WIDTH);
  return markup`<svg class="cell-bar" viewBox="0 0 ${WIDTH} 14" preserveAspectRatio="none" aria-hidden="true"><rect class="track" x="0" y="3" width="${WIDTH}" height="8"/><rect class="fill" x="0" y="3" width="${at(value)}" height="8"/><line class="range" x1="${at(low)}" x2="${at(high)}" y1="7" y2="7"/><line class="range" x1="${at(low)}" x2="${at(low)}" y1="3" y2="11"/><line class="range" x1="${at(high)}" x2="${at(high)}" y1="3" y2="11"/></svg>`;
}

/** A share 0..1 of the largest. */
export function shareBar(share: number, kind: string): Markup {
  return markup`<svg class="cell-bar" viewBox="0 0 ${WIDTH} 14" preserveAspectRatio="none" aria-hidden="true"><rect class="fill ${kind}" x="0" y="2" width="${round(Math.min(1, Math.max(0, share)) * WIDTH)}" height="10"/></svg>`;
}

/** Measured against promised: the promise is the line at 2/3, so that an excess is seen as well. */
export function promiseBar(measured: number, promised: number, kind: string): Markup {
  const share = promised > 0 ? measured / promised : measured > 0 ? 1.5 : 0;
  const line = round((WIDTH * 2) / 3);
  const width = round(Math.min(1.5, Math.max(0, share)) * line);
  return markup`<svg class="cell-bar promise-bar" viewBox="0 0 ${WIDTH} 14" preserveAspectRatio="none" aria-hidden="true"><rect class="track" x="0" y="3" width="${WIDTH}" height="8"/><rect class="fill ${kind}" x="0" y="3" width="${width}" height="8"/><line class="limit" x1="${line}" x2="${line}" y1="0" y2="14"/></svg>`;
}

/** Counts by part (train, validation, test) as one bar; `total` is the longest bar's sum. */
export function splitBar(parts: readonly number[], total: number): Markup {
  let from = 0;
  const rects = parts.map((part, index) => {
    const width = total > 0 ? round((part / total) * WIDTH) : 0;
    const rect = markup`<rect class="part-${index}" x="${round(from)}" y="2" width="${width}" height="10"/>`;
    from += width;
    return rect;
  });
  return markup`<svg class="cell-bar" viewBox="0 0 ${WIDTH} 14" preserveAspectRatio="none" aria-hidden="true">${rects}</svg>`;
}

/** Layers in network order, each as wide as its bytes. */
export function layerStrip(
  layers: readonly { readonly size_bytes: number; readonly precision: string; readonly layer: string }[],
): Markup {
  const total = layers.reduce((sum, layer) => sum + layer.size_bytes, 0) || 1;
  let from = 0;
  const rects = layers.map((layer) => {
    const width = (layer.size_bytes / total) * 720;
    const rect = markup`<rect class="layer ${layer.precision}" x="${round(from)}" y="0" width="${round(width)}" height="34"><title>${layer.layer}: ${layer.size_bytes} bytes, ${layer.precision}</title></rect>`;
    from += width;
    return rect;
  });
  return markup`<svg class="chart strip" viewBox="0 0 720 34" role="img" aria-labelledby="strip-title"><title id="strip-title">Bytes by layer, in network order</title>${rects}</svg>`;
}
