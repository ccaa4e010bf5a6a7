// A part of the page: a heading and its content. One file a section; page.ts orders them.
import { type Insert, type Markup, markup } from "../markup.ts";

export interface Section {
  /** Anchor, unique in the page. */
  readonly id: string;
  readonly title: string;
  readonly body: Insert;
}

/** Said where there is nothing to show: why, in one sentence. */
export function emptyState(text: string): Markup {
  return markup`<p class="empty">${text}</p>`;
}

/** A wide table or chart that scrolls by itself on a narrow screen. */
export function scroller(label: string, content: Insert): Markup {
  return markup`<div class="scroller" role="region" tabindex="0" aria-label="${label}">${content}</div>`;
}

export function captioned(caption: Insert, content: Insert): Markup {
  return markup`<figure>${content}<figcaption>${caption}</figcaption></figure>`;
}

/** Name and value pairs. */
export function facts(pairs: readonly (readonly [string, Insert])[]): Markup {
  return markup`<dl class="facts">${pairs.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}
