// For a run without a certified file: which points came nearest, which promise broke by how much, what to change.
import { amount, decimals, sentence } from "../format.ts";
import { PROMISE_NAMES } from "../headline.ts";
import { type Markup, markup } from "../markup.ts";
import type { BrokenPromise, NearestPoint, ReportModel } from "../report-model.ts";
import { emptyState, type Section } from "./section.ts";

export function nearestSection(model: ReportModel): Section | null {
  if (model.outcome === "kept") return null;
  const points = model.nearest.length
    ? markup`<ol class="nearest">${model.nearest.map(item)}</ol>`
    : emptyState("No point was measured.");
  const advice = model.suggestions.length
    ? markup`<div class="advice"><h3>What to change</h3><ul>${model.suggestions.map((line) => markup`<li>${line}</li>`)}</ul></div>`
    : null;
  const title = model.outcome === "stopped" ? "Where it stopped" : "Nearest points";
  return { id: "nearest", title, body: [markup`<p>${reason(model)}</p>`, points, advice] };
}

/** Decide's reason is about validation; where Certify read test, what it found there decides. */
function reason(model: ReportModel): string {
  return model.outcome === "infeasible" && model.file?.split === "test"
    ? "The chosen file kept its promises on validation and broke one when it was certified on test. Test is read once, so no other file is tried on it."
    : sentence(model.search.reason);
}

function item(point: NearestPoint): Markup {
  const broken = point.broken.length
    ? point.broken.map(
        (b) =>
          markup`<li><strong>${PROMISE_NAMES[b.promise]}</strong>: ${amount(b.measured, b.unit)}, promised ${amount(b.promised, b.unit)}${excess(b)}</li>`,
      )
    : markup`<li>no measured promise broken</li>`;
  return markup`<li><p class="point-name"><span class="mark-letter">${point.mark}</span> ${point.candidate_id}, ${point.precision}</p><ul>${broken}</ul></li>`;
}

function excess(broken: BrokenPromise): string {
  return broken.ratio === null ? "" : `, ${decimals((broken.ratio - 1) * 100, broken.ratio < 1.1 ? 1 : 0)} % over`;
}
