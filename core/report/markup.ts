// A template tag that escapes everything put into it: only another template's result goes in as markup.

/** Text that is already safe HTML or SVG. Made by `markup` only. */
export interface Markup {
  readonly markup: string;
}

export type Insert = string | number | Markup | readonly Insert[] | null | undefined | false;

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};

/** Control characters and bidirectional overrides could hide or reorder what a reader sees. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to be replaced
const INVISIBLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** Replaces lone surrogates, control characters and bidirectional overrides by U+FFFD. */
export function visible(text: string): string {
  return text.toWellFormed().replace(INVISIBLE, "\ufffd");
}

/** Text for element content and quoted attributes alike. */
export function escapeMarkup(text: string): string {
  return visible(text).replace(/[&<>"'`]/g, (character) => ENTITIES[character] ?? character);
}

/** `markup` tag: strings are escaped, numbers printed, Markup kept, arrays joined, null, undefined and false left out. */
export function markup(parts: TemplateStringsArray, ...inserts: readonly Insert[]): Markup {
  let text = parts[0] ?? "";
  inserts.forEach((insert, index) => {
    text += render(insert) + (parts[index + 1] ?? "");
  });
  return { markup: text };
}

function render(insert: Insert): string {
  if (insert === null || insert === undefined || insert === false) return "";
  if (typeof insert === "string") return escapeMarkup(insert);
  if (typeof insert === "number") return String(insert);
  if ("markup" in insert) return insert.markup;
  return insert.map(render).join("");
}

/** Our own constant text (the style sheet), never anything that a user wrote. */
export function constantMarkup(text: string): Markup {
  return { markup: text };
}
