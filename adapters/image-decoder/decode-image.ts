// The one decoder: an image file's bytes to RGB squares, by the pixel contract. PrepareData and predict both call it.
//
// JPEG, PNG, WebP, TIFF, GIF (first frame) -> EXIF orientation -> ICC to sRGB -> alpha over white -> RGB, 8 bit -> for
// large images a reduced copy (JPEG, WebP: partly while decoding, "shrink-on-load") -> the square (resample.ts). Sizes up
// to 256 px share the copy, and a size's pixels never depend on the other sizes: predict asks for one, PrepareData for all.
import { DecantError } from "../../core/errors/problem.ts";
import { type ImageFormat, imageFormat } from "../../core/pixels/image-format.ts";
import { IMAGE_PIXELS_MAX, type RefusedImage, refuseExtent, refuseFileSize } from "../../core/pixels/image-limits.ts";
import {
  bucketOf,
  type Extent,
  reducedExtent,
  type SquareGeometry,
  squareGeometry,
} from "../../core/pixels/resize-geometry.ts";
import type { Resize } from "../../core/workflow/records/plan.ts";
import { sharp } from "./libvips.ts";
import { resample } from "./resample.ts";

export interface DecodeRequest {
  /** Sides of the squares, px. */
  readonly sizes: readonly number[];
  readonly resize: Resize;
}

export interface DecodedImage extends Extent {
  /** Width and height are the original's, after EXIF orientation. */
  readonly format: ImageFormat;
  /** By size: [size, size, 3] RGB uint8. */
  readonly pixels: ReadonlyMap<number, Uint8Array>;
}

interface RawImage extends Extent {
  readonly data: Uint8Array;
}

// A broken or cut-off stream is refused; a mere warning (stray bytes between markers, as some cameras write) is not.
const INPUT = { failOn: "error", limitInputPixels: IMAGE_PIXELS_MAX, autoOrient: true } as const;
// The same kernel as the transforms that the pretrained networks were evaluated with: bicubic, widened when reducing.
const KERNEL = "cubic";
const TIME_LIMIT_S = 60;
const CHANNELS = 3;

/** Decodes once and cuts every size. Answers the reason where the bytes are no acceptable image; never throws for them. */
export async function decodeImage(bytes: Uint8Array, request: DecodeRequest): Promise<DecodedImage | RefusedImage> {
  const format = imageFormat(bytes);
  if (format === undefined) {
    return {
      reason: "unsupported",
      detail: "expected a JPEG, PNG, WebP, TIFF or GIF file, but the first bytes are none",
    };
  }
  const refused = refuseFileSize(bytes.length);
  if (refused !== undefined) return refused;
  try {
    const image = await readHeader(bytes, format);
    if (isRefused(image)) return image;
    const pixels = new Map<number, Uint8Array>();
    const buckets = new Map<number, RawImage>();
    for (const size of request.sizes) {
      const bucket = bucketOf(size);
      const reduced = reducedExtent(image, bucket);
      const square = squareGeometry(image, reduced, size, request.resize);
      const part = buckets.get(bucket) ?? (await decodePart(bytes, reduced, square.crop));
      buckets.set(bucket, part);
      pixels.set(size, cutSquare(part, square, size));
    }
    return { width: image.width, height: image.height, format, pixels };
  } catch (error) {
    return corrupt(error);
  }
}

export function isRefused(image: object): image is RefusedImage {
  return "reason" in image;
}

/** The extent that the header declares, oriented; or the reason against it. */
async function readHeader(bytes: Uint8Array, format: ImageFormat): Promise<Extent | RefusedImage> {
  // The pixel limit is ours to report here, with the numbers.
  const header = await sharp(bytes, { ...INPUT, limitInputPixels: false }).metadata();
  const { width, height } = header.autoOrient;
  const refused = refuseExtent({ width, height });
  if (refused !== undefined) return refused;
  const known = header.format === format && (header.depth === "uchar" || header.depth === "ushort");
  if (known && header.channels <= 5) return { width, height };
  const got = `${header.format} of ${header.channels} channels of ${header.depth}`;
  return { reason: "unsupported", detail: `expected a ${format} file of 8 or 16 bit, grey, RGB or CMYK, got ${got}` };
}

/** The part of the reduced copy that every size of its bucket is cut from. */
async function decodePart(bytes: Uint8Array, reduced: Extent, part: SquareGeometry["crop"]): Promise<RawImage> {
  const { data, info } = await sharp(bytes, INPUT)
    .timeout({ seconds: TIME_LIMIT_S })
    .flatten({ background: "#ffffff" })
    .resize(reduced.width, reduced.height, { fit: "fill", kernel: KERNEL })
    .extract(part)
    .toColourspace("srgb")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  if (width !== part.width || height !== part.height || data.length !== width * height * CHANNELS) {
    throw new Error(
      `decoded to ${width} x ${height} of ${info.channels} channels instead of RGB ${part.width} x ${part.height}`,
    );
  }
  return { data, width, height };
}

function cutSquare(part: RawImage, { inner }: SquareGeometry, size: number): Uint8Array {
  const data = resample(part.data, part, inner);
  if (inner.width === size && inner.height === size) return data;
  // `contain`: black bars, a value that no padding of a network adds contrast to.
  const square = new Uint8Array(size * size * CHANNELS);
  const row = inner.width * CHANNELS;
  for (let y = 0; y < inner.height; y += 1) {
    square.set(data.subarray(y * row, (y + 1) * row), ((inner.top + y) * size + inner.left) * CHANNELS);
  }
  return square;
}

function corrupt(error: unknown): RefusedImage {
  const message = error instanceof Error ? error.message : String(error);
  if (/out of memory|cannot allocate|unable to grow/i.test(message)) {
    throw new DecantError("OutOfMemory", "expected memory to decode an image of at most 50 megapixels", {
      cause: error,
    });
  }
  return { reason: "corrupt", detail: message.replace(/\s+/g, " ").trim().slice(0, 200) };
}
