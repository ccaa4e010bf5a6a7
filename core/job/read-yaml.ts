// YAML or JSON text to a plain value, with the place of every key and value. A job needs no anchors, tags or nested
// keys, so they are refused before the parser meets them: some of those texts take it minutes or more.
import { isAlias, isMap, isScalar, isSeq, LineCounter, type ParsedNode, parseDocument } from "yaml";
import type { Problem } from "../errors/problem.ts";

export const JOB_TEXT_LIMIT = 64 * 1024;
const NESTING_LIMIT = 12;
const NODE_LIMIT = 2000;
const EXPLICIT_KEYS = /(?:^[ \t]*(?:-[ \t]+)*|[[{,]\s*)\?(?:\s|$)/m;

export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface YamlText {
  readonly value: unknown;
  /** The place of a value by JSON pointer, or of its key; of the nearest parent where it isn't there. */
  readonly placeOf: (pointer: string, of: "key" | "value") => Place;
}

export type ReadYaml = { readonly text: YamlText } | { readonly problems: readonly Problem[] };

export function readYaml(text: string, file: string): ReadYaml {
  const refused = refuseText(text);
  if (refused) return { problems: [{ message: refused, where: file }] };
  const lines = new LineCounter();
  const document = parseDocument(text, {
    schema: "core",
    version: "1.2",
    uniqueKeys: true,
    lineCounter: lines,
    prettyErrors: false,
    logLevel: "error",
  });
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const reader = new PlainReader();
  const value = document.contents ? reader.read(document.contents, "", 0) : null;
  const problems = [
    ...[...document.errors, ...document.warnings].map((error) => ({
      message: `${error.message.split("\n")[0]}. Expected plain YAML or JSON.`,
      offset: error.pos[0],
    })),
    ...reader.problems,
  ].map(({ message, offset }) => ({ message, where: placeText(file, at(offset)) }));
  if (problems.length > 0) return { problems: problems.slice(0, 20) };
  const placeOf = (pointer: string, of: "key" | "value"): Place => {
    for (let path = pointer; ; path = path.slice(0, path.lastIndexOf("/"))) {
      const offset = (path === pointer && of === "value" ? reader.values : reader.keys).get(path);
      if (offset !== undefined) return at(offset);
      if (path === "") return at(reader.values.get("") ?? 0);
    }
  };
  return { text: { value, placeOf } };
}

export function placeText(file: string, place: Place): string {
  return `${file}:${place.line}:${place.column}`;
}

function refuseText(text: string): string | undefined {
  if (text.length > JOB_TEXT_LIMIT) return `Expected at most ${JOB_TEXT_LIMIT} characters, got ${text.length}.`;
  if (text.includes("\u0000")) return "Expected text, got a NUL byte: is this a binary file?";
  if (EXPLICIT_KEYS.test(text)) return 'Expected keys written as "key: value", got an explicit key ("? ").';
  let depth = 0;
  let deepest = 0;
  // Brackets inside texts count too: no job has that many.
  for (const character of text) {
    if (character === "[" || character === "{") deepest = Math.max(deepest, ++depth);
    else if (character === "]" || character === "}") depth = Math.max(0, depth - 1);
  }
  if (deepest > NESTING_LIMIT) return `Expected at most ${NESTING_LIMIT} levels of brackets, got ${deepest}.`;
  const deepLine = text.split("\n").find((line) => (line.match(/^(?:\s*-)+\s/)?.[0].match(/-/g)?.length ?? 0) > 4);
  if (deepLine !== undefined) return `Expected at most 4 nested list marks in a line, got "${deepLine.slice(0, 40)}".`;
  return undefined;
}

/** Walks the parsed nodes; toJS of the library takes exponential time for keys that are collections. */
class PlainReader {
  readonly keys = new Map<string, number>();
  readonly values = new Map<string, number>();
  readonly problems: { message: string; offset: number }[] = [];
  private nodes = 0;

  read(node: ParsedNode | null, pointer: string, depth: number): unknown {
    if (node === null) return null;
    this.values.set(pointer, node.range[0]);
    this.nodes += 1;
    if (this.nodes > NODE_LIMIT || depth > NESTING_LIMIT) {
      const limit = `Expected at most ${NODE_LIMIT} values and ${NESTING_LIMIT} levels.`;
      if (!this.problems.some(({ message }) => message === limit)) this.refuse(limit, node);
      return null;
    }
    if (isAlias(node) || ("anchor" in node && node.anchor)) {
      this.refuse("Expected plain values, got an anchor or alias (& or *): write the value out.", node);
      return null;
    }
    if (isScalar(node)) return typeof node.value === "bigint" ? Number(node.value) : node.value;
    if (isSeq(node))
      return node.items.map((item, index) => this.read(item as ParsedNode, `${pointer}/${index}`, depth + 1));
    return isMap(node) ? this.readMap(node.items as Pair[], pointer, depth) : null;
  }

  private readMap(items: readonly Pair[], pointer: string, depth: number): Record<string, unknown> {
    const record: Record<string, unknown> = Object.create(null);
    for (const { key, value } of items) {
      if (!isScalar(key) || typeof key.value !== "string") {
        if (key) this.refuse("Expected a key that is a plain word.", key);
        continue;
      }
      const child = `${pointer}/${key.value.replaceAll("~", "~0").replaceAll("/", "~1")}`;
      this.keys.set(child, key.range[0]);
      record[key.value] = this.read(value, child, depth + 1);
    }
    return record;
  }

  private refuse(message: string, node: ParsedNode): void {
    this.problems.push({ message, offset: node.range[0] });
  }
}

interface Pair {
  readonly key: ParsedNode | null;
  readonly value: ParsedNode | null;
}
