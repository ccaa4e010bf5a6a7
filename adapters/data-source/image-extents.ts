// Widths and heights of some images, from their headers: what input sizes make sense for a data set.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { imageFormat } from "../../core/pixels/image-format.ts";
import type { Extent } from "../../core/pixels/resize-geometry.ts";
import { sharp } from "../image-decoder/libvips.ts";

/** What can be read of them; broken files are PrepareData's to report. @param root real path */
export async function imageExtents(root: string, paths: readonly string[]): Promise<Extent[]> {
  const extents: Extent[] = [];
  for (const path of paths) {
    const extent = await imageExtent(join(root, path));
    if (extent) extents.push(extent);
  }
  return extents;
}

async function imageExtent(path: string): Promise<Extent | undefined> {
  try {
    const bytes = await readFile(path);
    if (imageFormat(bytes) === undefined) return undefined;
    const { width, height } = (await sharp(bytes, { limitInputPixels: false }).metadata()).autoOrient;
    return { width, height };
  } catch {
    return undefined;
  }
}
