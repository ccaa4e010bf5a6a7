// One text for one JSON value, so that a hash of it names the content: RFC 8785 (sorted keys, no white space,
// ECMAScript numbers). A member that is undefined is left out, as JSON.stringify does.

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Canonical text of a JSON value. Throws TypeError where the value isn't JSON (NaN, a function, a lone surrogate). */
export function canonicalJson(value: unknown): string {
  return write(value, "");
}

function write(value: unknown, pointer: string): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (Number.isFinite(value)) return JSON.stringify(value);
    throw new TypeError(`Expected a finite number at "${pointer}", got ${value}.`);
  }
  if (typeof value === "string") return writeText(value, pointer);
  if (Array.isArray(value)) return `[${value.map((item, index) => write(item, `${pointer}/${index}`)).join(",")}]`;
  if (typeof value === "object") return writeObject(value as Record<string, unknown>, pointer);
  throw new TypeError(`Expected a JSON value at "${pointer}", got ${typeof value}.`);
}

function writeText(text: string, pointer: string): string {
  if (text.isWellFormed()) return JSON.stringify(text);
  throw new TypeError(`Expected well-formed Unicode at "${pointer}", got a lone surrogate.`);
}

function writeObject(object: Record<string, unknown>, pointer: string): string {
  // Map, Date and typed arrays would all silently become {} or a list: refuse what isn't a plain record.
  const prototype = Object.getPrototypeOf(object);
  if (prototype !== null && prototype !== Object.prototype) {
    throw new TypeError(
      `Expected a plain object at "${pointer}", got ${object.constructor?.name ?? "another object"}.`,
    );
  }
  const members = Object.keys(object)
    .filter((key) => object[key] !== undefined)
    .sort() // UTF-16 code units, as RFC 8785 asks
    .map((key) => `${writeText(key, pointer)}:${write(object[key], `${pointer}/${key}`)}`);
  return `{${members.join(",")}}`;
}
