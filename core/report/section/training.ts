// How the teacher and the file's network were trained.
import { curveSeries, lossChart, swatch, validationChart } from "../chart/training-curves.ts";
import { count, percent } from "../format.ts";
import { markup } from "../markup.ts";
import type { ReportedTeacher, ReportModel } from "../report-model.ts";
import { captioned, emptyState, facts, type Section } from "./section.ts";

export function trainingSection(model: ReportModel): Section {
  const { teacher } = model;
  const series = curveSeries(model.curves);
  const shorter =
    teacher && teacher.input_size < teacher.pretrained_size
      ? markup`<p class="note">The teacher was trained at ${teacher.input_size} px, not at its pretrained ${teacher.pretrained_size} px: ${whySmaller(teacher)}.</p>`
      : null;
  const facts_ = teacher && [
    ["Teacher", `${teacher.display_name} at ${teacher.input_size} px, ${teacher.strategy}`] as const,
    ...teacher.strategies.map(
      (s) =>
        [
          `${s.name} at ${s.input_size} px`,
          `${percent(s.validation_top1)} on validation after ${count(s.steps)} steps`,
        ] as const,
    ),
  ];
  const charts = series.length
    ? captioned(
        markup`<span class="legend">${series.map((s) => markup`<span>${swatch(s.kind)} ${s.name}</span>`)}</span>`,
        markup`<div class="panels">${lossChart(series)}${series.some((s) => s.top1.length) && validationChart(series)}</div>`,
      )
    : emptyState("No training curves were recorded.");
  return { id: "training", title: "Training", body: [facts_ && facts(facts_), shorter, charts] };
}

function whySmaller({ input_size, strategies }: ReportedTeacher): string {
  return strategies.some((tried) => tried.input_size > input_size)
    ? "larger inputs were tried, and were worse on validation"
    : "the time budget did not allow more, or the images are not larger";
}
