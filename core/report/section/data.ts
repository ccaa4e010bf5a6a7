// The data: samples by class and split, and the files that were left out with reasons.
import { splitBar } from "../chart/bars.ts";
import { count } from "../format.ts";
import { type Markup, markup } from "../markup.ts";
import type { ReportedData, ReportModel } from "../report-model.ts";
import { emptyState, type Section, scroller } from "./section.ts";

const LISTED = 40;
const SPLITS = ["train", "validation", "test"] as const;

export function dataSection(model: ReportModel): Section {
  const { data } = model;
  const notes = `Decoded by ${data.decoder.name} ${data.decoder.version}, resized by ${data.resize}. Splits are by content: a file never moves between them.`;
  return { id: "data", title: "Data", body: [countTable(data), markup`<p class="note">${notes}</p>`, leftOut(data)] };
}

function countTable(data: ReportedData): Markup {
  const parts = data.classes.map((_, index) => SPLITS.map((split) => data.counts[split][index] ?? 0));
  const sums = parts.map((row) => row.reduce((sum, part) => sum + part, 0));
  const largest = Math.max(1, ...sums);
  const totals = SPLITS.map((_, split) => parts.reduce((sum, row) => sum + (row[split] ?? 0), 0));
  const rows = data.classes.map(
    (name, index) =>
      markup`<tr><th scope="row">${name}</th>${parts[index]?.map((part) => markup`<td class="number">${count(part)}</td>`)}<td class="number">${count(sums[index] ?? 0)}</td><td>${splitBar(parts[index] ?? [], largest)}</td></tr>`,
  );
  return scroller(
    "Samples by class and split",
    markup`<table class="counts"><caption>Samples by class and split</caption><thead><tr><th scope="col">Class</th>${SPLITS.map((split, index) => markup`<th scope="col" class="number"><span class="key part-${index}"></span>${split}</th>`)}<th scope="col" class="number">all</th><th scope="col" class="bar-head"><span class="visually-hidden">Counts as a bar</span></th></tr></thead><tbody>${rows}</tbody><tfoot><tr><th scope="row">all</th>${totals.map((total) => markup`<td class="number">${count(total)}</td>`)}<td class="number">${count(totals.reduce((sum, total) => sum + total, 0))}</td><td></td></tr></tfoot></table>`,
  );
}

function leftOut(data: ReportedData): Markup {
  if (data.left_out.length === 0) return emptyState("No file was left out.");
  const reasons = [...Map.groupBy(data.left_out, (file) => file.reason)].map(
    ([reason, files]) => `${files.length} ${reason.replaceAll("-", " ")}`,
  );
  const more = data.left_out.length - LISTED;
  return scroller(
    "Files left out",
    markup`<table class="left-out"><caption>Left out: ${reasons.join(", ")}</caption><thead><tr><th scope="col">File</th><th scope="col">Reason</th><th scope="col">Detail</th></tr></thead><tbody>${data.left_out.slice(0, LISTED).map((file) => markup`<tr><th scope="row" class="path">${file.path}</th><td>${file.reason.replaceAll("-", " ")}</td><td>${file.detail}</td></tr>`)}${more > 0 && markup`<tr><td colspan="3" class="muted">and ${count(more)} more in report.json</td></tr>`}</tbody></table>`,
  );
}
