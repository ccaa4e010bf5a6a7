// The `${Name}` marks of the document, and filling them in.
import type { StateMachineDocument } from "./asl.ts";

const MARK = /\$\{([A-Za-z0-9]+)\}/g;

/** Names of every mark, in code-point order. */
export function substitutionNames(document: StateMachineDocument): readonly string[] {
  const names = [...JSON.stringify(document).matchAll(MARK)].map((match) => match[1] ?? "");
  return [...new Set(names)].sort();
}

/** The document with each mark replaced. Throws a TypeError on a mark without a value or a value without a mark. */
export function fillIn(document: StateMachineDocument, values: Readonly<Record<string, string>>): StateMachineDocument {
  const names = substitutionNames(document);
  const missing = names.filter((name) => values[name] === undefined);
  const unused = Object.keys(values).filter((name) => !names.includes(name));
  if (missing.length > 0 || unused.length > 0) {
    throw new TypeError(`Expected a value for each mark of the workflow; missing: ${missing}; unused: ${unused}.`);
  }
  const filled = JSON.stringify(document).replaceAll(MARK, (_, name: string) =>
    JSON.stringify(values[name]).slice(1, -1),
  );
  return JSON.parse(filled) as StateMachineDocument;
}
