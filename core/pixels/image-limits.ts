// What an image may be, checked on its header before any pixel is decoded.
import type { LeftOut } from "../workflow/records/plan.ts";
import type { Extent } from "./resize-geometry.ts";

export const IMAGE_FILE_SIZE_BYTES_MAX = 200_000_000;
export const IMAGE_PIXELS_MAX = 50_000_000;
export const IMAGE_SIDE_PX_MAX = 20_000;
export const IMAGE_SIDE_PX_MIN = 8;

/** Why an image gives no sample. */
export interface RefusedImage {
  readonly reason: Extract<LeftOut["reason"], "corrupt" | "too-small" | "too-large" | "unsupported">;
  readonly detail: string;
}

/** The reason against an image of this extent, or undefined. */
export function refuseExtent({ width, height }: Extent): RefusedImage | undefined {
  const got = `got ${width} x ${height}`;
  if (Math.max(width, height) > IMAGE_SIDE_PX_MAX) {
    return { reason: "too-large", detail: `expected sides of at most ${IMAGE_SIDE_PX_MAX} px, ${got}` };
  }
  if (width * height > IMAGE_PIXELS_MAX) {
    return { reason: "too-large", detail: `expected at most ${IMAGE_PIXELS_MAX / 1e6} megapixels, ${got}` };
  }
  if (Math.min(width, height) < IMAGE_SIDE_PX_MIN) {
    return { reason: "too-small", detail: `expected sides of at least ${IMAGE_SIDE_PX_MIN} px, ${got}` };
  }
  return undefined;
}

/** The reason against a file of this size, or undefined; known before the file is read. */
export function refuseFileSize(sizeBytes: number): RefusedImage | undefined {
  if (sizeBytes <= IMAGE_FILE_SIZE_BYTES_MAX) return undefined;
  const detail = `expected a file of at most ${IMAGE_FILE_SIZE_BYTES_MAX / 1e6} MB, got ${(sizeBytes / 1e6).toFixed(1)} MB`;
  return { reason: "too-large", detail };
}
