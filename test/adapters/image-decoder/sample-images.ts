// Images that the decoder's tests are made of, drawn from numbers so that every run sees the same bytes.
import type { Sharp } from "sharp";
import { sharp } from "../../../adapters/image-decoder/libvips.ts";

/** A picture with gradients, an edge and some texture: [height, width, 3]. */
export function drawPixels(width: number, height: number): Uint8Array {
  const pixels = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      pixels[at++] = (x * 255) / width;
      pixels[at++] = (y * 255) / height;
      pixels[at++] = x > y ? 200 : (x * 31 + y * 17) % 64;
    }
  }
  return pixels;
}

export function draw(width: number, height: number): Sharp {
  return sharp(drawPixels(width, height), { raw: { width, height, channels: 3 } });
}

/** The picture in each of the five formats. */
export async function encodeAll(width: number, height: number): Promise<ReadonlyMap<string, Buffer>> {
  const picture = draw(width, height);
  return new Map([
    ["gif", await picture.clone().gif().toBuffer()],
    ["jpeg", await picture.clone().jpeg({ quality: 95, chromaSubsampling: "4:4:4" }).toBuffer()],
    ["png", await picture.clone().png().toBuffer()],
    ["tiff", await picture.clone().tiff({ compression: "lzw" }).toBuffer()],
    ["webp", await picture.clone().webp({ lossless: true, effort: 0 }).toBuffer()],
  ]);
}
