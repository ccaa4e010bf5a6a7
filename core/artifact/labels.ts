// labels.txt: one class a line, in the order of the model's outputs.

/** Line breaks within a name would shift every later label, so they become spaces. */
export function labelsText(classes: readonly string[]): string {
  return classes.map((name) => `${name.toWellFormed().replace(/[\r\n\u0085\u2028\u2029]+/g, " ")}\n`).join("");
}
