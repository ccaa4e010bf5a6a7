// Images in folders named after their classes: class/image.jpg, or train|val|test/class/image.jpg.
import { isImagePath, unsupported } from "../data-source/image-files.ts";
import { labelText } from "../data-source/label-text.ts";
import { createProblemList, type ProblemList } from "../data-source/problem-list.ts";
import { splitOfName } from "../data-source/split-name.ts";
import type { DataRow, Listing, Reader } from "./reader.ts";

/** Top folders that are splits: named so, and with images in folders below. A class may be called train. */
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

function readImage(
  segments: readonly string[],
  splits: ReadonlySet<string>,
  problems: ProblemList,
): DataRow | undefined {
  const path = segments.join("/");
  const top = segments[0] ?? "";
  const isSplit = segments.length > 1 && splits.has(top);
  const folders = segments.slice(isSplit ? 1 : 0, -1);
  const refuse = (kind: string, message: string) => problems.add(kind, { message, where: path });
  if (folders.length === 0) {
    refuse("images outside a class folder", "Expected an image in a folder named after its class: move it into one.");
    return undefined;
  }
  if (folders.length > 1) {
    const [outer, inner] = folders;
    const message = `Expected images directly in a class folder, got ${inner} inside ${outer}: name ${isSplit ? `${top}/` : ""}${outer} as data.source to use it alone, or write a CSV (path,label,group) that says which of the two names is the label.`;
    refuse("images in nested folders", message);
    return undefined;
  }
  if (splits.size > 0 && !isSplit) {
    const message = `Expected every class folder inside a split folder (${[...splits].join(", ")}), got ${top} beside them: move it into one of them.`;
    refuse("images beside the split folders", message);
    return undefined;
  }
  const label = labelText(folders[0]);
  if ("refused" in label) {
    refuse("images in a folder whose name can't be a label", `${label.refused}.`);
    return undefined;
  }
  const split = isSplit ? splitOfName(top) : undefined;
  return { path, ...label, ...(split === undefined ? {} : { split }) };
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
    const rows = images.flatMap((segments) => readImage(segments, splits, problems) ?? []);
    const leftOut = listing.files.filter(({ path }) => !isImagePath(path)).map(({ path }) => unsupported(path));
    return { rows, left_out: leftOut, problems: problems.all(), notes: [] };
  },
};
