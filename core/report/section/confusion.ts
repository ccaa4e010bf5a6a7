// The confusion matrix as a shaded table; with many classes the most frequent confusions as a list instead.
import { percent } from "../format.ts";
import { type Markup, markup } from "../markup.ts";
import { emptyState, scroller } from "./section.ts";

const MATRIX_CLASSES = 16;
const LISTED = 20;
const SHADES = 10;

/** `confusion` is [true class][predicted class]. */
export function confusionFigure(confusion: readonly (readonly number[])[], classes: readonly string[]): Markup {
  return classes.length <= MATRIX_CLASSES ? matrix(confusion, classes) : commonConfusions(confusion, classes);
}

function matrix(confusion: readonly (readonly number[])[], classes: readonly string[]): Markup {
  const rows = classes.map((name, label) => {
    const row = confusion[label] ?? [];
    const total = row.reduce((sum, cell) => sum + cell, 0);
    return markup`<tr><th scope="row">${name}</th>${classes.map((_, predicted) => cell(row[predicted] ?? 0, total, label === predicted))}</tr>`;
  });
  return scroller(
    "Confusion matrix",
    markup`<table class="confusion"><thead><tr><th scope="col"><span class="corner">true ↓<br>predicted →</span></th>${classes.map((name) => markup`<th scope="col">${name}</th>`)}</tr></thead><tbody>${rows}</tbody></table>`,
  );
}

function cell(count: number, total: number, diagonal: boolean): Markup {
  const share = total > 0 ? count / total : 0;
  const shade = count > 0 ? Math.max(1, Math.round(share * SHADES)) : 0;
  return markup`<td class="${diagonal ? "hit" : "miss"} shade-${shade}" title="${percent(share)} of the row">${count > 0 ? count : markup`<span class="zero">0</span>`}</td>`;
}

function commonConfusions(confusion: readonly (readonly number[])[], classes: readonly string[]): Markup {
  const pairs = confusion
    .flatMap((row, label) => {
      const total = row.reduce((sum, c) => sum + c, 0);
      return row.map((count, predicted) => ({ label, predicted, count, share: total > 0 ? count / total : 0 }));
    })
    .filter((pair) => pair.label !== pair.predicted && pair.count > 0)
    .toSorted((a, b) => b.count - a.count || b.share - a.share || a.label - b.label)
    .slice(0, LISTED);
  if (pairs.length === 0) return emptyState("Nothing was taken for anything else.");
  return scroller(
    "Most frequent confusions",
    markup`<table><caption>The most frequent confusions; the whole matrix of ${classes.length} classes is in report.json</caption><thead><tr><th scope="col">True</th><th scope="col">Taken for</th><th scope="col" class="number">Count</th><th scope="col" class="number">Of the class</th></tr></thead><tbody>${pairs.map((p) => markup`<tr><th scope="row">${classes[p.label]}</th><td>${classes[p.predicted]}</td><td class="number">${p.count}</td><td class="number">${percent(p.share)}</td></tr>`)}</tbody></table>`,
  );
}
