// Images in folders named after their classes: class/image.jpg, or train|val|test/class/image.jpg.
import { isImagePath, unsupported } from "../data-source/image-files.ts";
import { labelText } from "../data-source/label-text.ts";
import { nestedFolders } from "../data-source/nested-folders.ts";
import { createProblemList } from "../data-source/problem-list.ts";
import { splitOfName } from "../data-source/split-name.ts";
import type { DataRow, Listing, Reader } from "./reader.ts";

/** Top folders that are splits: named so, and with class folders below. A class may itself be called train. */
function splitFolders(images: readonly (readonly string[])[]): Set<string> {
  const withClasses = new Set<string>();
  const withImages = new Set<string>();
  for (const segments of images) {
    const [top = ""] = segments;
    if (splitOfName(top) === undefined) continue;
    (segments.length > 2 ? withClasses : withImages).add(top);
  }
  return new Set([...withClasses].filter((top) => !withImages.has(top) || withClasses.size > 1));
}

type ReadImage = { readonly row: DataRow } | { readonly kind: string; readonly message: string };

function readImage(segments: readonly string[], splits: ReadonlySet<string>): ReadImage {
  const [top = "", second] = segments;
  const isSplit = splits.has(top);
  const folder = isSplit ? second : top;
  if (segments.length !== (isSplit ? 3 : 2) || folder === undefined) {
    const message = "Expected an image in a folder named after its class: move it into one.";
    return { kind: "images outside a class folder", message };
  }
  if (splits.size > 0 && !isSplit) {
    const message = `Expected every class folder inside a split folder (${[...splits].join(", ")}), got ${top} beside them: move it into one of them.`;
    return { kind: "images beside the split folders", message };
  }
  const label = labelText(folder);
  if ("refused" in label)
    return { kind: "images in a folder whose name can't be a label", message: `${label.refused}.` };
  const split = isSplit ? splitOfName(top) : undefined;
  return { row: { path: segments.join("/"), ...label, ...(split === undefined ? {} : { split }) } };
}

function detect({ files, named_file }: Listing) {
  if (named_file !== undefined || !files.some(({ path }) => path.includes("/") && isImagePath(path))) return undefined;
  return { label_files: [], certain: false };
}

export const imageFolder: Reader = {
  key: "image-folder",
  description: "images in folders named after their classes, optionally inside train, val and test folders",
  detect,
  read({ listing, group_column }) {
    const problems = createProblemList();
    const images = listing.files.filter(({ path }) => isImagePath(path)).map(({ path }) => path.split("/"));
    const splits = splitFolders(images);
    if (group_column !== undefined) {
      const message = `Expected a CSV or JSON Lines manifest with the column ${group_column}, since data.group names it, got class folders: write one (path,label,${group_column}) or leave data.group out.`;
      problems.add("settings", { message });
    }
    const depth = (segments: readonly string[]) => segments.length - (splits.has(segments[0] ?? "") ? 1 : 0);
    const nested = images.filter((segments) => depth(segments) > 2);
    for (const problem of nestedFolders(nested, splits)) problems.add("folders of nested classes", problem);
    const rows = images.flatMap((segments) => {
      if (depth(segments) > 2) return [];
      const image = readImage(segments, splits);
      if ("row" in image) return image.row;
      problems.add(image.kind, { message: image.message, where: segments.join("/") });
      return [];
    });
    const leftOut = listing.files.filter(({ path }) => !isImagePath(path)).map(({ path }) => unsupported(path));
    return { rows, left_out: leftOut, problems: problems.all(), notes: [] };
  },
};
