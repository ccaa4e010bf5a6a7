// One manifest row to pixels: reads the file, holds it against its recorded hash, decodes it.
import { readFile, stat } from "node:fs/promises";
import { resolve, sep } from "node:path";
import type { Problem } from "../../core/errors/problem.ts";
import { type RefusedImage, refuseFileSize } from "../../core/pixels/image-limits.ts";
import type { ManifestRow } from "../../core/workflow/records/plan.ts";
import { type DecodedImage, type DecodeRequest, decodeImage } from "../image-decoder/decode-image.ts";

export type ReadSample =
  | { readonly row: ManifestRow; readonly image: DecodedImage | RefusedImage }
  | { readonly row: ManifestRow; readonly changed: Problem };

const UNREADABLE = ["EACCES", "EISDIR", "ELOOP", "ENOENT", "ENOTDIR", "EPERM"];

/** Answers `changed` where the file is gone, unreadable or no longer the one that was planned with. */
export async function readSample(
  row: ManifestRow,
  root: string,
  sha256: (bytes: Uint8Array) => string,
  request: DecodeRequest,
): Promise<ReadSample> {
  const path = resolve(root, row.path);
  if (!path.startsWith(root.endsWith(sep) ? root : root + sep)) {
    return { row, changed: { message: "expected a path inside the data folder", where: row.path } };
  }
  const tooLarge = refuseFileSize(row.size_bytes);
  if (tooLarge !== undefined) return { row, image: tooLarge };
  let bytes: Uint8Array | undefined;
  try {
    const file = await stat(path);
    if (file.isFile() && file.size === row.size_bytes) bytes = await readFile(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    // Too many open files and the like say nothing about the data.
    if (!UNREADABLE.includes(code)) throw error;
    const message = `expected the file that was there when the run was planned, but it can't be read (${code})`;
    return { row, changed: { message, where: row.path } };
  }
  if (bytes === undefined || sha256(bytes) !== row.sha256) {
    const message =
      "expected the bytes that the run was planned with, but the file changed: run the same command again";
    return { row, changed: { message, where: row.path } };
  }
  return { row, image: await decodeImage(bytes, request) };
}
