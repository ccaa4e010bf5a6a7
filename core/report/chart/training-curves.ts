// Training loss and validation top-1 by epoch, as two panels that stand side by side or, on a phone, under each other.
import { type Markup, markup } from "../markup.ts";
import type { Curve } from "../report-model.ts";
import { type Frame, figure, path, xAxis, yAxis } from "./figure.ts";
import { linearScale, tickLabel } from "./scale.ts";

const WIDTH = 440;
const FRAME: Frame = { left: 40, right: 430, top: 28, bottom: 220 };

export interface Series {
  readonly name: string;
  /** Style class of line and legend. */
  readonly kind: string;
  readonly loss: readonly (readonly [number, number])[];
  readonly top1: readonly (readonly [number, number])[];
}

const KINDS: Readonly<Record<Curve["model"], readonly string[]>> = {
  teacher: ["series-a", "series-b", "series-c"],
  candidate: ["series-d", "series-e"],
};

/** One line for each model and phase. */
export function curveSeries(curves: readonly Curve[]): Series[] {
  return curves.flatMap(({ model, points }) =>
    [...Map.groupBy(points, (point) => point.phase)].map(([phase, own], index) => ({
      name: `${model}: ${phase}`,
      kind: KINDS[model][index % KINDS[model].length] ?? "series-a",
      loss: own.map((point) => [point.epoch, point.train_loss] as const),
      top1: own.flatMap((p) => (p.validation_top1 === undefined ? [] : [[p.epoch, p.validation_top1 * 100] as const])),
    })),
  );
}

export function lossChart(series: readonly Series[]): Markup {
  const values = series.flatMap((s) => s.loss.map(([, loss]) => loss));
  return panel(series, (s) => s.loss, [0, Math.max(...values) * 1.05], { id: "training-loss", title: "Training loss" });
}

export function validationChart(series: readonly Series[]): Markup {
  const values = series.flatMap((s) => s.top1.map(([, top1]) => top1));
  const low = Math.max(0, Math.min(...values) - 2);
  const text = { id: "training-top1", title: "Top-1 on validation, %" };
  return panel(series, (s) => s.top1, [low, Math.min(100, Math.max(...values) + 2)], text);
}

function panel(
  series: readonly Series[],
  pick: (series: Series) => Series["loss"],
  domain: readonly [number, number],
  text: { readonly id: string; readonly title: string },
): Markup {
  const epochs = series.flatMap((s) => pick(s).map(([epoch]) => epoch));
  const last = Math.max(...epochs);
  const x = linearScale(
    [Math.min(...epochs), last > Math.min(...epochs) ? last : last + 1],
    [FRAME.left, FRAME.right],
    6,
  );
  const y = linearScale(domain, [FRAME.bottom, FRAME.top], 5);
  const body = [
    xAxis(FRAME, { ...x, ticks: x.ticks.filter(Number.isInteger) }, String, "epoch"),
    yAxis(FRAME, y, tickLabel, text.title),
    series.map((s) => {
      const points = pick(s).map(([epoch, value]) => [x.at(epoch), y.at(value)] as const);
      const end = points.at(-1);
      return (
        end &&
        markup`<g class="${s.kind}"><title>${s.name}</title><path class="series" d="${path(points)}"/><circle class="series-end" cx="${end[0]}" cy="${end[1]}" r="3.2"/></g>`
      );
    }),
  ];
  return figure({ ...text, description: series.map((s) => s.name).join(", ") }, WIDTH, 262, body);
}

/** A swatch for the legend. */
export function swatch(kind: string): Markup {
  return markup`<svg class="swatch ${kind}" viewBox="0 0 24 8" aria-hidden="true"><path class="series" d="M1 4L23 4"/></svg>`;
}
