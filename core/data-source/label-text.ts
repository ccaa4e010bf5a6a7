// A class name as somebody wrote it: text, a whole number or a truth value.

const LENGTH_LIMIT = 200;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/;

export function labelText(value: unknown): { label: string } | { refused: string } {
  if (typeof value === "boolean" || Number.isSafeInteger(value)) return { label: String(value) };
  if (typeof value !== "string") {
    const got = value === undefined || value === null ? "nothing" : JSON.stringify(value)?.slice(0, 60);
    return { refused: `expected a label that is text or a whole number, got ${got}` };
  }
  const label = value.trim();
  if (label === "") return { refused: "expected a label, got an empty one" };
  if (label.length > LENGTH_LIMIT) {
    return { refused: `expected a label of at most ${LENGTH_LIMIT} characters, got ${label.length}` };
  }
  if (CONTROL.test(label) || !label.isWellFormed()) return { refused: "expected a label without control characters" };
  return { label };
}
