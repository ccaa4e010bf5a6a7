// What was promised, what was measured on the file that ships, and the verdict of each promise.
import { promiseBar } from "../chart/bars.ts";
import { amount, amountInterval, sentence } from "../format.ts";
import { type Markup, markup } from "../markup.ts";
import { heldValue } from "../nearest.ts";
import type { PromiseResult, ReportModel } from "../report-model.ts";
import { emptyState, type Section, scroller } from "./section.ts";

const NAMES: Readonly<Record<PromiseResult["promise"], string>> = {
  size: "Size of model.onnx",
  "latency-p95": "Latency, p95",
  "accuracy-drop": "Accuracy drop, top-1",
  time: "Time of the run",
  spend: "Spend of the run",
};

export function promisesSection(model: ReportModel): Section {
  const body = model.promises.length
    ? promiseTable(model)
    : emptyState("The job made no promise: its budget is empty.");
  return { id: "promises", title: "Promises", body };
}

function promiseTable(model: ReportModel): Markup {
  const where = !model.file
    ? "Nothing was measured."
    : model.file.certified
      ? "Measured on the file that ships, in a fresh process; accuracy on the test split, read once."
      : `Measured on the ${model.outcome === "stopped" ? "best file so far" : "nearest file"}, accuracy on ${model.file.split}.`;
  return markup`${scroller(
    "Promises",
    markup`<table class="promises paired"><caption>${where}</caption><thead><tr><th scope="col">Promise</th><th scope="col" class="number">Promised</th><th scope="col" class="number">Measured</th><th scope="col" class="number">95 % interval</th><th scope="col" class="bar-head"><span class="visually-hidden">Measured against promised</span></th><th scope="col">Verdict</th></tr></thead><tbody>${model.promises.map(row)}</tbody></table>`,
  )}`;
}

function row(result: PromiseResult): Markup {
  const { measured, unit, promised } = result;
  const held = heldValue(result);
  return markup`<tr><th scope="row">${NAMES[result.promise]}</th><td class="number">at most ${amount(promised, unit)}</td><td class="number"><strong>${measured === null ? "–" : amount(measured, unit)}</strong></td><td class="number muted">${intervalOf(result)}</td><td>${held !== null && promiseBar(held, promised, result.verdict)}</td><td>${verdictBadge(result.verdict)}</td></tr><tr class="reason"><td colspan="6">${sentence(result.reason)}</td></tr>`;
}

/** A latency has an upper bound only: that is what its promise is held against. */
function intervalOf({ low, high, unit }: PromiseResult): string {
  if (high === undefined) return "";
  return low === undefined ? `up to ${amount(high, unit)}` : amountInterval(low, high, unit);
}

/** Sign, word and colour together, so that none is needed alone. */
export function verdictBadge(verdict: PromiseResult["verdict"]): Markup {
  const signs = {
    passed: markup`<path d="M2.5 6.5L5 9L9.5 3.5"/>`,
    failed: markup`<path d="M3 3L9 9M9 3L3 9"/>`,
    "not-measured": markup`<path d="M2.5 6L9.5 6"/>`,
  };
  return markup`<span class="badge ${verdict}"><svg viewBox="0 0 12 12" aria-hidden="true">${signs[verdict]}</svg>${verdict.replace("-", " ")}</span>`;
}
