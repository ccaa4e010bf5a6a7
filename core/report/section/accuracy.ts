// How good the file is: top-1, macro recall, per-class recall with intervals, and what is taken for what.
import { intervalBar } from "../chart/bars.ts";
import { decimals, interval, percent, proportion, shareEstimate, significant } from "../format.ts";
import { type Markup, markup } from "../markup.ts";
import type { ReportedFile, ReportModel } from "../report-model.ts";
import { confusionFigure } from "./confusion.ts";
import { captioned, emptyState, facts, type Section, scroller } from "./section.ts";

export function accuracySection(model: ReportModel): Section {
  const { file, teacher } = model;
  if (!file) return { id: "accuracy", title: "Accuracy", body: emptyState("No file was measured.") };
  const { accuracy } = file;
  const samples = `the same ${accuracy.top1.n} ${file.split} samples`;
  const body = [
    facts([
      ["Top-1", proportion(accuracy.top1)],
      ["Macro recall", shareEstimate(accuracy.macro_recall, "classes")],
      ...(teacher?.top1 ? [["Teacher's top-1", proportion(teacher.top1)] as const] : []),
      ["Drop against the teacher", drop(accuracy.drop_points)],
      ["Agreement with the teacher", proportion(accuracy.agreement_with_teacher)],
      [
        "KL from the teacher",
        `${significant(accuracy.kl_to_teacher.value)} nats (${significant(accuracy.kl_to_teacher.low, 2)} to ${significant(accuracy.kl_to_teacher.high, 2)})`,
      ],
      ...(file.agreement_with_fp32 && file.precision !== "fp32"
        ? [["Agreement with its own fp32, on validation", proportion(file.agreement_with_fp32)] as const]
        : []),
    ]),
    markup`<p class="note">On ${samples}, where nothing else is said; intervals are 95 %, differences are paired.${file.imbalanced && " The classes are of very different sizes: macro recall, the mean of the classes' recalls, says more than top-1."}</p>`,
    recallTable(file, model.data.classes),
    captioned(confusionCaption(file), confusionFigure(accuracy.confusion, model.data.classes)),
  ];
  return { id: "accuracy", title: "Accuracy", body };
}

function drop(points: ReportedFile["accuracy"]["drop_points"]): string {
  return `${decimals(points.value, 1)} points (${interval(points.low, points.high)})`;
}

function confusionCaption(file: ReportedFile): string {
  return `Confusion matrix on ${file.split}: rows are the true classes, columns the predicted ones. The shade is the share of the row.`;
}

function recallTable(file: ReportedFile, classes: readonly string[]): Markup {
  const rows = classes.map((name, index) => {
    const recall = file.accuracy.recall_per_class[index] ?? null;
    const n = file.accuracy.confusion[index]?.reduce((sum, cell) => sum + cell, 0) ?? 0;
    const cells = recall
      ? markup`<td class="number">${percent(recall.value)}</td><td class="number muted">${interval(recall.low * 100, recall.high * 100)}</td><td>${intervalBar(recall.value, recall.low, recall.high)}</td>`
      : markup`<td class="number muted" colspan="2">not measured</td><td class="muted">fewer than 5 samples</td>`;
    return markup`<tr><th scope="row">${name}</th><td class="number">${n}</td>${cells}</tr>`;
  });
  return scroller(
    "Recall by class",
    markup`<table class="recall"><caption>Recall by class, with 95 % intervals</caption><thead><tr><th scope="col">Class</th><th scope="col" class="number">n</th><th scope="col" class="number">Recall</th><th scope="col" class="number">95 % interval</th><th scope="col" class="bar-head"><span class="visually-hidden">Recall as a bar</span></th></tr></thead><tbody>${rows}</tbody></table>`,
  );
}
