// A job's data source on a disk -> its rows, through the reader of its layout.
import { readFile, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { chooseReader } from "../../core/data-source/choose-reader.ts";
import { sourceAddress } from "../../core/data-source/source-address.ts";
import { DecantError } from "../../core/errors/problem.ts";
import type { LabelFile, Listing, ReadResult } from "../../core/readers/reader.ts";
import { listFiles } from "./list-files.ts";

const LABEL_FILE_BYTES_MAX = 256_000_000;

export interface DataSource {
  /** Real path of the folder that rows' paths start from. */
  readonly root: string;
  readonly listing: Listing;
  /** Hidden files and system junk in the folder. */
  readonly ignored: number;
  /** Key of the reader, and the label files that it read. */
  readonly layout: string;
  readonly label_files: readonly string[];
  readonly result: ReadResult;
}

/** Data of a bucket as a folder of this machine. */
export interface LocalData {
  readonly root: string;
  /** Where the address names one file in it. */
  readonly named_file?: string;
}

/** Brings the data at an s3:// address to this machine. @param only paths below it; absent: all of them */
export type FetchData = (address: string, only?: ReadonlySet<string>) => Promise<LocalData>;

export interface SourceRequest {
  readonly source: string;
  readonly layout?: string;
  readonly group?: string;
}

/**
 * Throws InvalidData where the source can't be read at all; what its rows break is in `result.problems`.
 * @param jobFolder what a relative source starts from: a path of this machine, or s3://bucket/prefix/
 * @param fetchData left out: data in buckets is refused
 */
export async function readSource(
  jobFolder: string,
  request: SourceRequest,
  fetchData?: FetchData,
): Promise<DataSource> {
  const { root, named_file } = await findSource(jobFolder, request.source, fetchData);
  const { files, ignored } = await listFiles(root);
  const listing: Listing = { files, ...(named_file === undefined ? {} : { named_file }) };
  const chosen = chooseReader(listing, request.layout);
  if ("problem" in chosen) throw new DecantError("InvalidData", [{ ...chosen.problem, where: request.source }]);
  const { reader, detection } = chosen;
  const label_files = await Promise.all(detection.label_files.map((file) => readLabelFile(root, file, listing)));
  const group_column = request.group === undefined ? {} : { group_column: request.group };
  const result = reader.read({ listing, label_files, ...group_column });
  return { root, listing, ignored, layout: reader.key, label_files: label_files.map(({ path }) => path), result };
}

/** The real folder of a source, and the file in it that the source names. Throws InvalidData where there is none. */
export async function findSource(jobFolder: string, source: string, fetchData?: FetchData): Promise<LocalData> {
  const refuse = (message: string, cause?: unknown) =>
    new DecantError("InvalidData", [{ message, where: source }], { cause });
  const address = sourceAddress(jobFolder, source);
  if (address !== undefined && fetchData) return fetchData(address);
  if (address !== undefined) {
    throw refuse(
      "Expected a folder or file on this machine: copy the bucket's objects here (aws s3 sync) and name the folder.",
    );
  }
  const path = resolve(jobFolder, source);
  let real: string;
  try {
    real = await realpath(path);
  } catch (cause) {
    throw refuse(`Expected the data at ${path}, but it isn't there or can't be read.`, cause);
  }
  const facts = await stat(real);
  if (facts.isDirectory()) return { root: real };
  if (facts.isFile()) return { root: dirname(real), named_file: basename(real) };
  throw refuse("Expected a folder, CSV file or JSON Lines manifest, got a device or pipe.");
}

async function readLabelFile(root: string, file: LabelFile, { files }: Listing): Promise<LabelFile & { text: string }> {
  const size = files.find(({ path }) => path === file.path)?.size_bytes;
  const refuse = (message: string) => new DecantError("InvalidData", [{ message, where: file.path }]);
  if (size === undefined) throw refuse("Expected the label file in the data folder, got a hidden one: rename it.");
  if (size > LABEL_FILE_BYTES_MAX) {
    throw refuse(
      `Expected a label file of at most ${LABEL_FILE_BYTES_MAX / 1e6} MB, got ${Math.round(size / 1e6)} MB.`,
    );
  }
  const bytes = await readFile(join(root, file.path));
  try {
    return { ...file, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    throw refuse("Expected UTF-8 text: save the file with that encoding.");
  }
}
