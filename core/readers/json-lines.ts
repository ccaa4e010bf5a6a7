// JSON Lines: an object a line with a path (`path`, `file_name` as Hugging Face writes it, or `source-ref` as SageMaker
// does) and a label, optionally split and group.
import { createRowCollector, type RowCollector } from "../data-source/collect-rows.ts";
import { detectLabelFiles, labelFilesRefused } from "../data-source/label-files.ts";
import { didYouMean } from "../text/did-you-mean.ts";
import type { LabelFile, Reader, ReadRequest } from "./reader.ts";

const PATH_KEYS = ["path", "file_name", "source-ref"];
const LINE_LIMIT = 64 * 1024;
// A failed parse is slow; whoever has a thousand lines that are no rows knows enough.
const WRONG_LINES_LIMIT = 1000;

function readLines(file: LabelFile & { readonly text: string }, request: ReadRequest, collector: RowCollector): void {
  const text = file.text.startsWith("\ufeff") ? file.text.slice(1) : file.text;
  let line = 0;
  let wrong = 0;
  for (let start = 0; start < text.length && wrong <= WRONG_LINES_LIMIT; ) {
    const newline = text.indexOf("\n", start);
    const end = newline < 0 ? text.length : newline;
    line += 1;
    if (!readLine(text.slice(start, end), line, file, request, collector)) wrong += 1;
    start = end + 1;
  }
}

/** Answers whether the line was a row, or empty. */
function readLine(text: string, line: number, file: LabelFile, request: ReadRequest, collector: RowCollector): boolean {
  if (text.trim() === "") return true;
  const where = `${file.path}:${line}`;
  if (text.length > LINE_LIMIT) {
    collector.refuse(
      "lines that are too long",
      `Expected at most ${LINE_LIMIT} characters a line, got ${text.length}.`,
      where,
    );
    return false;
  }
  const row = parseObject(text);
  if (row === undefined) {
    const message = `Expected one JSON object a line, got ${JSON.stringify(text.slice(0, 60))}.`;
    collector.refuse("lines that are no JSON object", message, where);
    return false;
  }
  const pathKeys = PATH_KEYS.filter((key) => Object.hasOwn(row, key));
  const pathKey = pathKeys[0];
  if (pathKey === undefined || pathKeys.length > 1) {
    const guess = didYouMean("path", Object.keys(row).slice(0, 50));
    const message = `Expected one of the keys path, file_name and source-ref, got ${pathKeys.length > 1 ? pathKeys.join(" and ") : "none"}.${guess}`;
    collector.refuse("lines without a path", message, where);
    return false;
  }
  const groupKey = request.group_column ?? "group";
  const own = (key: string) => (Object.hasOwn(row, key) ? row[key] : undefined);
  if (request.group_column !== undefined && own(groupKey) === undefined) {
    collector.refuse("lines without a group", `Expected the key ${groupKey}, which the job's data.group names.`, where);
    return false;
  }
  collector.add({ line, path: row[pathKey], label: own("label"), split: own("split"), group: own(groupKey) }, file);
  return true;
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

export const jsonLines: Reader = {
  key: "json-lines",
  description: "a JSON Lines manifest with path (or file_name, source-ref) and label, and optionally split and group",
  detect: (listing) => detectLabelFiles(listing, ["jsonl", "ndjson", "manifest"]),
  read(request) {
    const collector = createRowCollector(request.listing);
    const refused = labelFilesRefused(request.label_files);
    if (refused) collector.refuse("files", refused, request.label_files[0]?.path ?? "");
    else for (const file of request.label_files) readLines(file, request, collector);
    return collector.result();
  },
};
