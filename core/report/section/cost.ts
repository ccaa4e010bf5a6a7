// How long the run took, step by step, against what was expected, and what it cost.
import { describeDevice } from "../../budget/billed-device.ts";
import { percent, significant, usd } from "../format.ts";
import { type Markup, markup } from "../markup.ts";
import type { ReportedCost, ReportedStepCost, ReportModel } from "../report-model.ts";
import { emptyState, facts, type Section, scroller } from "./section.ts";

export function costSection({ cost }: ReportModel): Section {
  const body = cost.steps.length > 0 ? [summary(cost), table(cost)] : emptyState("No step's time was recorded.");
  return { id: "cost", title: "Time and money", body };
}

function summary(cost: ReportedCost): Markup {
  const { elapsed_s, working_s, overhead_ratio, prices } = cost;
  return facts([
    ["From start to report", elapsed_s === null ? "not recorded" : seconds(elapsed_s)],
    ["Preparing, training, quantizing, measuring", seconds(working_s)],
    [
      "Orchestration",
      overhead_ratio === null
        ? "not known: candidates gave no point, or nothing was left to do"
        : `${percent(overhead_ratio)} of the time: starting, waiting, deciding`,
    ],
    [
      "Money",
      prices === null
        ? "none: this machine has no price"
        : `at most ${usd(cost.usd)} on demand, ${usd(cost.usd_on_spot)} at a spot discount of ${percent(cost.spot_discount, 0)}`,
    ],
    ...(prices === null ? [] : ([["Prices", prices]] as const)),
  ]);
}

function table(cost: ReportedCost): Markup {
  const paid = cost.prices !== null;
  return scroller(
    "Time by step",
    markup`<table class="cost"><caption>By step and device, until this report was written. Expected: by the planner, with one rung of candidates.</caption><thead><tr><th scope="col">Step</th><th scope="col">Device</th><th scope="col" class="number">Expected</th><th scope="col" class="number">Took</th>${paid && markup`<th scope="col" class="number">Money</th>`}</tr></thead><tbody>${cost.steps.map((step) => row(step, paid))}</tbody></table>`,
  );
}

function row(step: ReportedStepCost, paid: boolean): Markup {
  const times = step.count > 1 ? ` (${step.count} times)` : "";
  const took = step.count === 0 ? "kept from an earlier run" : seconds(step.seconds);
  return markup`<tr><th scope="row">${step.step}${times}</th><td>${describeDevice(step.device)}</td><td class="number">${step.expected_s === null ? "–" : seconds(step.expected_s)}</td><td class="number">${took}</td>${paid && markup`<td class="number">${usd(step.usd)}</td>`}</tr>`;
}

function seconds(value: number): string {
  return value < 10 ? `${significant(value, 2)} s` : `${Math.round(value)} s`;
}
