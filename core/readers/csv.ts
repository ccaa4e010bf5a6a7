// CSV with a header: path and label, optionally split and group. RFC 4180; values are text.
import { CsvError, parse } from "csv-parse/sync";
import { createRowCollector, type RowCollector } from "../data-source/collect-rows.ts";
import { detectLabelFiles, labelFilesRefused } from "../data-source/label-files.ts";
import { didYouMean } from "../text/did-you-mean.ts";
import type { LabelFile, Reader, ReadRequest } from "./reader.ts";

const PATH_COLUMNS = ["path", "file_name"];
const RECORD_LIMIT = 64 * 1024;

// The parser takes long over rows of a wrong length; whoever has a thousand of them knows enough.
const WRONG_ROWS_LIMIT = 1000;

interface Line {
  readonly record: readonly string[];
  readonly line: number;
}

function readCsv(file: LabelFile & { readonly text: string }, request: ReadRequest, collector: RowCollector): void {
  const lines = parseLines(file, collector);
  if (lines === undefined) return;
  const [header, ...body] = lines;
  const columns = header?.record.map((name) => name.trim()) ?? [];
  const indexOf = columnIndexes(columns, file, request.group_column, collector);
  if (indexOf === undefined) return;
  for (const { record, line } of body) {
    const cell = (index: number) => (index < 0 ? undefined : record[index]);
    if (record.length !== columns.length) {
      const message = `Expected ${columns.length} values as in the header, got ${record.length}: put text with commas in double quotes.`;
      collector.refuse("rows with too many or too few values", message, `${file.path}:${line}`);
      continue;
    }
    const { path, label, split, group } = indexOf;
    const row = { path: cell(path)?.trim(), label: cell(label), split: cell(split), group: cell(group) };
    collector.add({ line, ...row }, file);
  }
}

function parseLines(file: LabelFile & { readonly text: string }, collector: RowCollector): Line[] | undefined {
  const lines: Line[] = [];
  let wrong = 0;
  try {
    parse(file.text, {
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: RECORD_LIMIT,
      on_record(record: string[], { lines: line }: { lines: number }) {
        lines.push({ record, line });
        if (record.length !== lines[0]?.record.length) wrong += 1;
        if (wrong > WRONG_ROWS_LIMIT) throw new TooManyWrongRows();
        return null;
      },
    });
  } catch (error) {
    if (error instanceof TooManyWrongRows) return lines;
    if (!(error instanceof CsvError)) throw error;
    const line = "lines" in error && typeof error.lines === "number" ? error.lines : 1;
    const message = `Expected well-formed CSV: ${error.message.slice(0, 200)}.`;
    collector.refuse("malformed rows", message, `${file.path}:${line}`);
    return undefined;
  }
  return lines;
}

/** Ends the parser early; the rows so far are reported as they are. */
class TooManyWrongRows extends Error {}

function columnIndexes(
  columns: readonly string[],
  file: LabelFile,
  groupColumn: string | undefined,
  collector: RowCollector,
) {
  const where = `${file.path}:1`;
  const refuse = (message: string) => collector.refuse("header problems", message, where);
  const path = columns.findIndex((name) => PATH_COLUMNS.includes(name));
  const label = columns.indexOf("label");
  const group = columns.indexOf(groupColumn ?? "group");
  if (columns.length === 1 && /[;\t]/.test(columns[0] ?? "")) {
    refuse("Expected values separated by commas, got semicolons or tabs.");
    return undefined;
  }
  const shown = columns.slice(0, 10).join(",").slice(0, 120);
  const missing = (name: string) =>
    refuse(`Expected a header with the column ${name}, got "${shown}".${guess(name, columns)}`);
  if (path < 0) missing("path");
  if (label < 0) missing("label");
  if (groupColumn !== undefined && group < 0) missing(`${groupColumn} (the job's data.group)`);
  for (const name of new Set(columns.filter((column, index) => columns.indexOf(column) < index))) {
    refuse(`Expected each column once, got "${name.slice(0, 60)}" twice.`);
  }
  const complete = path >= 0 && label >= 0 && (groupColumn === undefined || group >= 0);
  return complete ? { path, label, split: columns.indexOf("split"), group } : undefined;
}

function guess(name: string, columns: readonly string[]): string {
  const hint = didYouMean(name, columns);
  return hint === "" ? "" : `${hint} Rename it to ${name}.`;
}

export const csv: Reader = {
  key: "csv",
  description: "a CSV file with the columns path and label, and optionally split and group",
  detect: (listing) => detectLabelFiles(listing, ["csv"]),
  read(request) {
    const collector = createRowCollector(request.listing);
    const refused = labelFilesRefused(request.label_files);
    if (refused) collector.refuse("files", refused, request.label_files[0]?.path ?? "");
    else for (const file of request.label_files) readCsv(file, request, collector);
    return collector.result();
  },
};
