// Small PNG pictures for the report, from the packed pixels: exactly what the model saw, only fewer of them.
import type { PreparedData } from "../core/workflow/records/prepared-data.ts";
import { sharp } from "./image-decoder/libvips.ts";
import { openSplit } from "./packed-arrays.ts";

/** Twice the side that the page shows, for sharp screens. */
const SIDE_PX = 160;
const COLOURS = 128;

/** Data URIs by SHA-256 of the asked validation samples; one that isn't there is left out. `folder`: prepare-data's. */
export async function makeThumbnails(
  folder: string,
  data: PreparedData,
  inputSize: number,
  wanted: readonly string[],
): Promise<Record<string, string>> {
  const split = openSplit(folder, data, "validation", inputSize);
  try {
    const places = split.samples.flatMap(({ sha256 }, index) => (wanted.includes(sha256) ? [{ sha256, index }] : []));
    const pairs = await Promise.all(
      places.map(async ({ sha256, index }) => [sha256, await pngDataUri(split.sample(index), inputSize)] as const),
    );
    return Object.fromEntries(pairs);
  } finally {
    split.close();
  }
}

/** `pixels`: [size, size, 3] RGB uint8. */
async function pngDataUri(pixels: Uint8Array, size: number): Promise<string> {
  const png = await sharp(pixels, { raw: { width: size, height: size, channels: 3 } })
    .resize(Math.min(size, SIDE_PX))
    .png({ palette: true, colours: COLOURS, compressionLevel: 9 })
    .toBuffer();
  return `data:image/png;base64,${png.toString("base64")}`;
}
