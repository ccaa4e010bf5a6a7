// What `decant init` prints about a data source: layout, classes by split, image sizes, what is left out and why.
import type { SplitSample } from "../../core/split/sample.ts";
import { compareCodePoints } from "../../core/text/code-point-order.ts";
import type { DataSurvey } from "./survey-data.ts";

const SHOWN_CLASSES = 40;
const SHOWN_FILES = 3;
const SPLITS = ["train", "validation", "test"] as const;

export function describeData(name: string, survey: DataSurvey): string {
  const { source, split, extents, size_bytes } = survey;
  const labels = source.label_files.length > 0 ? ` from ${source.label_files.join(", ")}` : "";
  const head = `${name}: ${source.result.rows.length} labelled images (${source.layout}${labels}), ${(size_bytes / 1e6).toFixed(1)} MB`;
  const notes = [split.samples.length > 0 ? split.note : "", ...source.result.notes].filter((note) => note !== "");
  const lines = [head, ...classTable(split.samples), ...notes, ...describeExtents(extents), ...describeFormats(survey)];
  if (source.ignored > 0) lines.push(`Ignored: ${source.ignored} hidden or system files.`);
  return `${[...lines, ...describeLeftOut(survey)].join("\n")}\n`;
}

function classTable(samples: readonly SplitSample[]): string[] {
  if (samples.length === 0) return [];
  const classes = [...Map.groupBy(samples, ({ label }) => label)].sort(([a], [b]) => compareCodePoints(a, b));
  const row = (label: string, members: readonly SplitSample[]) => [
    label.length > 32 ? `${label.slice(0, 31)}…` : label,
    ...SPLITS.map((split) => String(members.filter((member) => member.split === split).length)),
  ];
  const rows = [
    ["class", ...SPLITS],
    ...classes.slice(0, SHOWN_CLASSES).map(([label, members]) => row(label, members)),
    ...(classes.length > SHOWN_CLASSES ? [[`${classes.length - SHOWN_CLASSES} more classes`, "", "", ""]] : []),
    row("all", samples),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  return rows.map(
    (cells) =>
      `  ${cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join("  ")}`,
  );
}

function describeExtents(extents: DataSurvey["extents"]): string[] {
  if (extents.length === 0) return [];
  const sides = extents.map(({ width, height }) => Math.min(width, height)).sort((a, b) => a - b);
  const median = sides[Math.floor(sides.length / 2)];
  return [`Short sides: ${sides[0]} to ${sides.at(-1)} px, median ${median} px (${extents.length} images looked at).`];
}

function describeFormats({ source }: DataSurvey): string[] {
  const extension = (path: string) => path.slice(path.lastIndexOf(".") + 1).toLowerCase();
  const formats = [...Map.groupBy(source.result.rows, ({ path }) => extension(path))]
    .map(([name, members]) => `${name} ${members.length}`)
    .sort();
  return formats.length > 0 ? [`Formats: ${formats.join(", ")}.`] : [];
}

function describeLeftOut({ left_out }: DataSurvey): string[] {
  return [...Map.groupBy(left_out, ({ reason }) => reason)].flatMap(([reason, files]) => [
    `Left out, ${reason}: ${files.length}`,
    ...files.slice(0, SHOWN_FILES).map(({ path, detail }) => `  ${path}: ${detail}`),
    ...(files.length > SHOWN_FILES ? [`  and ${files.length - SHOWN_FILES} more`] : []),
  ]);
}
