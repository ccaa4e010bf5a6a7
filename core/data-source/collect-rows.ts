// Rows of a manifest, held against the listing: paths inside and there, labels that are labels, splits in known words.
import type { DataRow, LabelFile, Listing, ReadResult } from "../readers/reader.ts";
import { didYouMean } from "../text/did-you-mean.ts";
import type { LeftOut } from "../workflow/records/plan.ts";
import { isImagePath, unsupported } from "./image-files.ts";
import { labelText } from "./label-text.ts";
import { createProblemList } from "./problem-list.ts";
import { relativePath } from "./relative-path.ts";
import { SPLIT_WORDS, splitOfName } from "./split-name.ts";

/** One row as written: still unchecked. */
export interface WrittenRow {
  readonly line: number;
  readonly path: unknown;
  readonly label: unknown;
  readonly split?: unknown;
  readonly group?: unknown;
}

export interface RowCollector {
  add(row: WrittenRow, file: LabelFile): void;
  refuse(kind: string, message: string, where: string): void;
  result(): ReadResult;
}

export function createRowCollector(listing: Listing): RowCollector {
  const problems = createProblemList();
  const files = new Set(listing.files.map(({ path }) => path));
  const seen = new Set<string>();
  const rows: DataRow[] = [];
  const leftOut: LeftOut[] = [];
  return {
    refuse: (kind, message, where) => problems.add(kind, { message, where }),
    add(written, file) {
      const where = `${file.path}:${written.line}`;
      const refuse = (kind: string, reason: string) =>
        problems.add(kind, { message: `${reason[0]?.toUpperCase()}${reason.slice(1)}.`, where });
      const path = typeof written.path === "string" ? relativePath(written.path, folderOf(file.path)) : undefined;
      if (path === undefined) return refuse("rows without a path", "expected a path that is text");
      if ("refused" in path) return refuse("rows with a path that is refused", path.refused);
      const label = labelText(written.label);
      if ("refused" in label) return refuse("rows with a label that is refused", label.refused);
      const split = splitOf(written.split, file);
      if (split !== undefined && "refused" in split) return refuse("rows with a split that is refused", split.refused);
      const group = groupOf(written.group);
      if (group !== undefined && "refused" in group) return refuse("rows with a group that is refused", group.refused);
      seen.add(path.path);
      if (!files.has(path.path))
        return refuse("rows that name a missing file", `expected the file ${path.path}, but it isn't there`);
      if (!isImagePath(path.path)) return void leftOut.push(unsupported(path.path));
      rows.push({ path: path.path, ...label, ...split, ...group });
    },
    result: () => ({ rows, left_out: leftOut, problems: problems.all(), notes: unlistedNotes(listing, seen) }),
  };
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

function splitOf(
  value: unknown,
  file: LabelFile,
): { split: NonNullable<DataRow["split"]> } | { refused: string } | undefined {
  if (value === undefined || value === null || value === "") return file.split ? { split: file.split } : undefined;
  const split = typeof value === "string" ? splitOfName(value.trim()) : undefined;
  if (split === undefined) {
    const guess = typeof value === "string" ? didYouMean(value, ["train", "val", "valid", "validation", "test"]) : "";
    return {
      refused: `expected a split of ${SPLIT_WORDS}, got ${JSON.stringify(value)?.slice(0, 60)}${guess && `;${guess.toLowerCase()}`}`,
    };
  }
  if (file.split && file.split !== split) {
    return { refused: `expected the split ${file.split}, as the file's name says, got ${String(value)}` };
  }
  return { split };
}

function groupOf(value: unknown): { group: string } | { refused: string } | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  const text = labelText(value);
  return "label" in text ? { group: text.label } : { refused: text.refused.replaceAll("label", "group") };
}

function unlistedNotes({ files }: Listing, seen: ReadonlySet<string>): string[] {
  const unlisted = files.filter(({ path }) => isImagePath(path) && !seen.has(path));
  if (unlisted.length === 0) return [];
  const first = unlisted.slice(0, 3).map(({ path }) => path);
  return [`${unlisted.length} images are in the folder but in no row, so they are not used (${first.join(", ")}).`];
}
