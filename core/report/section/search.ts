// The search: accuracy against latency of every measured point, and why one was chosen and others refused.
import { accuracyLatencyChart } from "../chart/accuracy-latency.ts";
import { bytes, interval, milliseconds, percent, sentence, significant } from "../format.ts";
import { type Markup, markup } from "../markup.ts";
import type { ReportedPoint, ReportModel } from "../report-model.ts";
import { rungTable } from "./rungs.ts";
import { captioned, emptyState, type Section, scroller } from "./section.ts";

export function searchSection(model: ReportModel): Section {
  const { points, rejected, rungs, reason, candidates = [] } = model.search;
  const rungText = `${rungs} ${rungs === 1 ? "rung" : "rungs"} of candidates`;
  const body = points.length
    ? [
        captioned(
          markup`Top-1 on validation against median latency; bars are 95 % intervals. Filled: int8. Open: fp32. Ringed: the chosen file. The stepped line is the front: nothing measured is both faster and more accurate. Selection reads validation only.`,
          scroller("Accuracy against latency", accuracyLatencyChart(model)),
        ),
        model.outcome === "kept" && markup`<p>${rungText}. <strong>Why this one:</strong> ${sentence(reason)}</p>`,
        pointTable(points),
      ]
    : emptyState(`No point was measured in ${rungText}.`);
  return {
    id: "search",
    title: "Search and choice",
    body: [body, candidates.length > 0 && rungTable(candidates), rejected.length > 0 && rejectedTable(rejected)],
  };
}

function pointTable(points: readonly ReportedPoint[]): Markup {
  return scroller(
    "Measured points",
    markup`<table class="points paired"><caption>Measured points, fastest first, on validation</caption><thead><tr><th scope="col"><span class="visually-hidden">Mark</span></th><th scope="col">Candidate</th><th scope="col">Precision</th><th scope="col" class="number">Size</th><th scope="col" class="number">p50</th><th scope="col" class="number">p95 bound</th><th scope="col" class="number">Top-1</th><th scope="col" class="number">Agreement</th><th scope="col" class="number">KL to teacher</th></tr></thead><tbody>${points.map(pointRow)}</tbody></table>`,
  );
}

function pointRow(point: ReportedPoint): Markup {
  const { top1, agreement_with_teacher: agreement } = point;
  return markup`<tr class="${point.fate}"><td><span class="mark-letter">${point.mark}</span></td><th scope="row">${point.candidate_id}${point.on_front && markup` <span class="tag">front</span>`}</th><td>${point.precision}</td><td class="number">${bytes(point.size_bytes)}</td><td class="number">${milliseconds(point.latency_ms_p50)}</td><td class="number">${milliseconds(point.latency_ms_p95_upper)}</td><td class="number">${percent(top1.value)} <span class="muted">${interval(top1.low * 100, top1.high * 100)}</span></td><td class="number">${percent(agreement.value)}</td><td class="number">${significant(point.kl_to_teacher, 2)}</td></tr><tr class="reason"><td></td><td colspan="8"><span class="fate ${point.fate}">${point.fate}</span> ${point.fate !== "chosen" && point.reason}</td></tr>`;
}

function rejectedTable(rejected: ReportModel["search"]["rejected"]): Markup {
  return scroller(
    "Candidates without a point",
    markup`<table><caption>Candidates that gave no point</caption><thead><tr><th scope="col">Candidate</th><th scope="col">Code</th><th scope="col">Why</th></tr></thead><tbody>${rejected.map((r) => markup`<tr><th scope="row">${r.candidate_id}</th><td>${r.code}</td><td>${r.reason}</td></tr>`)}</tbody></table>`,
  );
}
