// Where the bytes of the file are: a strip in network order and the largest layers.
import { layerStrip, shareBar } from "../chart/bars.ts";
import { bytes, percent, quantity } from "../format.ts";
import { type Markup, markup } from "../markup.ts";
import type { ReportedFile, ReportModel } from "../report-model.ts";
import { captioned, emptyState, facts, type Section, scroller } from "./section.ts";

const LISTED = 12;

export function sizeSection(model: ReportModel): Section {
  const { file, teacher } = model;
  if (!file) return { id: "size", title: "Size", body: emptyState("No file was measured.") };
  const layers = file.size_by_layer;
  const body = [
    facts([
      ["model.onnx", bytes(file.size_bytes)],
      ["Input", `${file.input_size} × ${file.input_size} px`],
      ["Parameters", against(file.parameters, teacher?.parameters)],
      ["Multiply-accumulates", against(file.macs, teacher?.macs)],
    ]),
    layers.length
      ? [
          captioned("Bytes of weights by layer, in network order; each step is one layer.", layerStrip(layers)),
          layerTable(file),
        ]
      : emptyState("The sizes of this file's layers were not recorded."),
  ];
  return { id: "size", title: "Size", body };
}

function against(own: number, teachers: number | undefined): string {
  return teachers
    ? `${quantity(own)}, ${percent(own / teachers, 0)} of the teacher's ${quantity(teachers)}`
    : quantity(own);
}

function layerTable(file: ReportedFile): Markup {
  const ordered = file.size_by_layer.toSorted((a, b) => b.size_bytes - a.size_bytes);
  const largest = ordered[0]?.size_bytes ?? 1;
  const rest = ordered.slice(LISTED);
  const total = ordered.reduce((sum, layer) => sum + layer.size_bytes, 0) || 1;
  const restBytes = rest.reduce((sum, layer) => sum + layer.size_bytes, 0);
  const row = (name: string, precision: string, size: number, bar: Markup | null) =>
    markup`<tr><th scope="row" class="path">${name}</th><td>${precision}</td><td class="number">${bytes(size)}</td><td class="number muted">${percent(size / total)}</td><td>${bar}</td></tr>`;
  return scroller(
    "Largest layers",
    markup`<table class="layers"><caption>Largest layers</caption><thead><tr><th scope="col">Layer</th><th scope="col">Precision</th><th scope="col" class="number">Bytes</th><th scope="col" class="number">Share</th><th scope="col" class="bar-head"><span class="visually-hidden">Share as a bar</span></th></tr></thead><tbody>${ordered.slice(0, LISTED).map((l) => row(l.layer, l.precision, l.size_bytes, shareBar(l.size_bytes / largest, l.precision)))}${rest.length > 0 && row(`${rest.length} smaller layers`, "", restBytes, null)}</tbody></table>`,
  );
}
