// Which files of a listing hold labels: `metadata` or `manifest` by name, in the source or in its split folders; else
// a single file of the kind; else files named after splits (train.csv, test.csv).
import type { Detection, LabelFile, Listing } from "../readers/reader.ts";
import { splitOfName } from "./split-name.ts";

const WELL_KNOWN = new Set(["metadata", "manifest"]);

export function detectLabelFiles(listing: Listing, extensions: readonly string[]): Detection | undefined {
  const named = listing.named_file;
  if (named !== undefined) {
    return hasExtension(named, extensions) ? { label_files: [{ path: named }], certain: true } : undefined;
  }
  const files: LabelFile[] = listing.files.flatMap(({ path }) => {
    const [folder, file = folder, ...deeper] = path.split("/");
    if (deeper.length > 0 || !hasExtension(path, extensions)) return [];
    const split = splitOfName(folder === file ? stem(path) : (folder ?? ""));
    const isCandidate = !path.includes("/") || (split !== undefined && WELL_KNOWN.has(stem(path)));
    return isCandidate ? [{ path, ...(split === undefined ? {} : { split }) }] : [];
  });
  const known = files.filter(({ path }) => WELL_KNOWN.has(stem(path)));
  if (known.length > 0) return { label_files: known, certain: true };
  return files.length > 0 ? { label_files: files, certain: false } : undefined;
}

/** Why several label files can't be read together, or undefined. */
export function labelFilesRefused(files: readonly LabelFile[]): string | undefined {
  if (files.length < 2) return undefined;
  const named = files.map(({ split }) => split);
  const apart = !named.includes(undefined) && new Set(named).size === named.length;
  if (apart) return undefined;
  const names = files.slice(0, 5).map(({ path }) => path);
  return `Expected one file of labels, or one a split (train, val, test), got ${files.length}: ${names.join(", ")}. Name the right one as data.source.`;
}

function hasExtension(path: string, extensions: readonly string[]): boolean {
  return extensions.some((extension) => path.toLowerCase().endsWith(`.${extension}`));
}

function stem(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return name.slice(0, name.lastIndexOf(".")).toLowerCase();
}
