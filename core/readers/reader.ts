// What a reader is: it turns one layout of a data source into rows, from a listing of the folder and, where labels are
// written in files, from their text. It reads nothing itself.
import type { Problem } from "../errors/problem.ts";
import type { LeftOut, Split } from "../workflow/records/plan.ts";

export interface ListedFile {
  /** Relative to the data source's folder, forward slashes. */
  readonly path: string;
  readonly size_bytes: number;
}

/** A data source's files in code-point order of path; hidden files and system junk are not among them. */
export interface Listing {
  readonly files: readonly ListedFile[];
  /** The one file that the job names as its source, where it names a file and not a folder. */
  readonly named_file?: string;
}

/** A file that holds labels; `split` where its name or folder says which one it is. */
export interface LabelFile {
  readonly path: string;
  readonly split?: Split;
}

/** A layout that is there. */
export interface Detection {
  /** Which files' text `read` needs. */
  readonly label_files: readonly LabelFile[];
  /** Whether the names leave no doubt (metadata.jsonl), so that other layouts give way. */
  readonly certain: boolean;
}

export interface DataRow {
  readonly path: string;
  readonly label: string;
  readonly split?: Split;
  readonly group?: string;
}

export interface ReadRequest {
  readonly listing: Listing;
  readonly label_files: readonly (LabelFile & { readonly text: string })[];
  /** The job's data.group: which column holds the group; by default `group` where there is one. */
  readonly group_column?: string;
}

export interface ReadResult {
  readonly rows: readonly DataRow[];
  readonly left_out: readonly LeftOut[];
  readonly problems: readonly Problem[];
  /** What the owner of the data may want to know and need not mend. */
  readonly notes: readonly string[];
}

export interface Reader {
  /** The name in a job's `data.layout`; the file's name. */
  readonly key: string;
  readonly description: string;
  /** Undefined where this layout isn't there. */
  detect(listing: Listing): Detection | undefined;
  read(request: ReadRequest): ReadResult;
}
