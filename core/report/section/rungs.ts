// The rungs of the search as a table: predictions beside measurements, and why who fell out.
import { bytes, milliseconds, sentence } from "../format.ts";
import { type Markup, markup } from "../markup.ts";
import type { ReportedCandidate } from "../report-model.ts";
import { scroller } from "./section.ts";

const COLUMNS = 6;

/** There has to be a candidate. */
export function rungTable(candidates: readonly ReportedCandidate[]): Markup {
  const rungs = [...Map.groupBy(candidates, ({ rung }) => rung)];
  return scroller(
    "Candidates by rung",
    markup`<table class="paired rungs"><caption>Candidates by rung: predicted → measured, of the quantized file. ${basisText(candidates)}</caption><thead><tr><th scope="col"><span class="visually-hidden">Mark</span></th><th scope="col">Candidate</th><th scope="col" class="number">Epochs in all</th><th scope="col" class="number">Size</th><th scope="col" class="number">p50</th><th scope="col">End</th></tr></thead>${rungs.map(([rung, own]) => rungBody(rung, own))}</table>`,
  );
}

function rungBody(rung: number, candidates: readonly ReportedCandidate[]): Markup {
  const count = candidates.length === 1 ? "one candidate" : `${candidates.length} candidates`;
  return markup`<tbody><tr class="rung"><th scope="rowgroup" colspan="${COLUMNS}">Rung ${rung}: ${count}</th></tr>${candidates.map(candidateRows)}</tbody>`;
}

function candidateRows(candidate: ReportedCandidate): Markup {
  const { candidate_id, predicted, measured, epochs_total, epochs_missed, why, fate, reason } = candidate;
  const cut =
    epochs_missed &&
    `${epochs_missed === 1 ? "one epoch was" : `${epochs_missed} epochs were`} left out to keep the time`;
  const size = `${bytes(predicted.size_bytes)} → ${measured ? bytes(measured.size_bytes) : "none"}`;
  const latency = `${milliseconds(predicted.latency_ms_p50)} → ${measured ? milliseconds(measured.latency_ms_p50) : "none"}`;
  const style = fate === "chosen" ? "chosen" : fate === "dropped" ? "refused" : "eligible";
  return markup`<tr><td>${measured && markup`<span class="mark-letter">${measured.mark}</span>`}</td><th scope="row">${candidate_id}</th><td class="number">${epochs_total}</td><td class="number">${size}</td><td class="number">${latency}</td><td><span class="fate ${style}">${fate}</span></td></tr><tr class="reason"><td></td><td colspan="${COLUMNS - 1}">Tried: ${sentence(why)}${cut && ` ${sentence(cut)}`}${reason && ` ${sentence(reason)}`}</td></tr>`;
}

function basisText(candidates: readonly ReportedCandidate[]): string {
  const table = candidates.every(({ predicted }) => predicted.basis === "layer-times");
  return table
    ? "Latencies are predicted from layer times measured on the target, later rungs corrected by what was measured."
    : "Latencies are predicted from MACs, which is rough, later rungs corrected by what was measured.";
}
