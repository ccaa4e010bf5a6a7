// Which reader a data source is for: the one that the job names, or the only one whose layout is there.
import type { Problem } from "../errors/problem.ts";
import { READERS } from "../readers/list.ts";
import type { Detection, Listing, Reader } from "../readers/reader.ts";

export interface ChosenReader {
  readonly reader: Reader;
  readonly detection: Detection;
}

/** @param layout the job's data.layout */
export function chooseReader(listing: Listing, layout?: string): ChosenReader | { readonly problem: Problem } {
  const found = READERS.flatMap((reader): ChosenReader[] => {
    const detection = layout === undefined || layout === reader.key ? reader.detect(listing) : undefined;
    return detection ? [{ reader, detection }] : [];
  });
  const certain = found.filter(({ detection }) => detection.certain);
  const [only, second] = certain.length > 0 ? certain : found;
  if (only && !second) return only;
  return { problem: { message: only ? ambiguous(certain.length > 0 ? certain : found) : nothing(listing, layout) } };
}

function ambiguous(found: readonly ChosenReader[]): string {
  const layouts = found.map(({ reader, detection }) => {
    const files = detection.label_files.map(({ path }) => path).slice(0, 3);
    return files.length > 0 ? `${reader.key} (${files.join(", ")})` : `${reader.key} (folders of images)`;
  });
  return `Expected labels in one place, got ${layouts.join(" and ")}: say which with data.layout, or name the file itself as data.source.`;
}

function nothing({ files, named_file }: Listing, layout: string | undefined): string {
  const wanted = layout === undefined ? "labelled images" : `the layout ${layout}`;
  const kinds = READERS.filter(({ key }) => layout === undefined || key === layout).map(
    ({ description }) => description,
  );
  const got =
    named_file ?? (files.length === 0 ? "an empty folder" : `${files.length} files such as ${files[0]?.path}`);
  return `Expected ${wanted}, got ${got}. What can be read: ${kinds.join("; ")}.`;
}
