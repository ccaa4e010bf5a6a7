// Validation samples as the model saw them: a few right answers and the most confident wrong ones.
import { percent } from "../format.ts";
import { type Markup, markup } from "../markup.ts";
import type { Example, ReportModel } from "../report-model.ts";
import { emptyState, type Section } from "./section.ts";

/** PNG pictures as data URIs by SHA-256 of the sample's file. */
export type Thumbnails = Readonly<Record<string, string>>;

const DATA_URI = /^data:image\/png;base64,[A-Za-z0-9+/]+={0,2}$/;

export function examplesSection(model: ReportModel, thumbnails: Thumbnails): Section {
  const right = model.examples.filter((example) => example.right);
  const wrong = model.examples.filter((example) => !example.right);
  const body = model.examples.length
    ? [
        markup`<p class="note">From validation, never from test; the pixels are the ones the model saw.</p>`,
        wrong.length > 0 && markup`<h3>Most confident wrong answers</h3>`,
        wrong.length > 0 ? gallery(wrong, thumbnails) : emptyState("No validation sample was answered wrongly."),
        right.length > 0 && markup`<h3>Right answers</h3>`,
        right.length > 0 && gallery(right, thumbnails),
      ]
    : emptyState("No predictions on single samples were recorded.");
  return { id: "examples", title: "Examples", body };
}

function gallery(examples: readonly Example[], thumbnails: Thumbnails): Markup {
  return markup`<ul class="gallery">${examples.map((example) => card(example, thumbnails[example.sha256]))}</ul>`;
}

function card(example: Example, uri: string | undefined): Markup {
  const picture =
    uri && DATA_URI.test(uri)
      ? markup`<img src="${uri}" alt="${example.path}" width="112" height="112">`
      : markup`<span class="no-picture">no picture</span>`;
  const truth = example.right ? null : markup`<span class="truth">true: ${example.true_class}</span>`;
  return markup`<li class="${example.right ? "right" : "wrong"}">${picture}<span class="answer">${example.predicted_class} <span class="muted">${percent(example.probability, 0)}</span></span>${truth}<span class="path" title="${example.path}">${example.path}</span></li>`;
}
