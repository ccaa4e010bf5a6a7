// The resize: the vector instructions against plain arithmetic, and both against libvips.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sharp } from "../../../adapters/image-decoder/libvips.ts";
import { resample } from "../../../adapters/image-decoder/resample.ts";
import { bicubicTaps } from "../../../core/pixels/bicubic-taps.ts";
import type { Extent } from "../../../core/pixels/resize-geometry.ts";
import { drawPixels } from "./sample-images.ts";

/** The same passes, one multiplication at a time. */
function plainResample(pixels: Uint8Array, from: Extent, to: Extent): Uint8Array {
  const weighted = (taps: ReturnType<typeof bicubicTaps>, at: number, value: (source: number) => number) => {
    let sum = 0;
    for (let tap = 0; tap < taps.pairs * 2; tap += 1) {
      const weight = taps.weights[at * taps.pairs * 2 + tap]!;
      if (weight !== 0) sum += weight * value(taps.starts[at]! + tap);
    }
    return sum;
  };
  const clamp = (value: number, low: number, high: number) => Math.min(Math.max(value, low), high);
  const row = from.width * 3;
  const down = bicubicTaps(from.height, to.height);
  const between = Int16Array.from({ length: row * to.height }, (_, at) => {
    const sum = weighted(down, Math.floor(at / row), (source) => pixels[source * row + (at % row)]!);
    return clamp((sum + 128) >> 8, -32_768, 32_767);
  });
  const along = bicubicTaps(from.width, to.width);
  return Uint8Array.from({ length: to.width * to.height * 3 }, (_, at) => {
    const [y, x, channel] = [Math.floor(at / (to.width * 3)), Math.floor(at / 3) % to.width, at % 3];
    return clamp((weighted(along, x, (source) => between[y * row + source * 3 + channel]!) + 2 ** 19) >> 20, 0, 255);
  });
}

const side = fc.integer({ min: 1, max: 90 });
const extent = fc.record({ width: side, height: side });

describe("resample", () => {
  test("gives the pixels of the plain arithmetic, whatever the pixels and the extents", () => {
    fc.assert(
      fc.property(extent, extent, fc.integer(), (from, to, seed) => {
        // Hard edges between black and white beside noise: overshoots reach both ends of the range.
        let state = seed;
        const pixels = Uint8Array.from({ length: from.width * from.height * 3 }, () => {
          state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
          const byte = state >>> 24;
          return byte < 100 ? 0 : byte < 200 ? 255 : byte;
        });
        expect(Buffer.compare(resample(pixels, from, to), plainResample(pixels, from, to))).toBe(0);
      }),
    );
  });

  test("keeps every pixel at the same extent, and every flat colour at any", () => {
    const pixels = drawPixels(37, 23);
    expect(Buffer.compare(resample(pixels, { width: 37, height: 23 }, { width: 37, height: 23 }), pixels)).toBe(0);
    const flat = new Uint8Array(500 * 8 * 3).fill(201);
    expect(resample(flat, { width: 500, height: 8 }, { width: 96, height: 96 }).every((value) => value === 201)).toBe(
      true,
    );
  });

  // Not for enlarging: there libvips differs from Pillow, whose bicubic this follows, by 2 to 4 of 255.
  test.each([
    [300, 300, 160, 160],
    [300, 300, 256, 256],
    [401, 299, 224, 224],
    [640, 480, 96, 72],
  ])("reduces as libvips' bicubic does, from %d x %d to %d x %d", async (width, height, toWidth, toHeight) => {
    const pixels = drawPixels(width, height);
    const other = await sharp(pixels, { raw: { width, height, channels: 3 } })
      .resize(toWidth, toHeight, { fit: "fill", kernel: "cubic" })
      .raw()
      .toBuffer();
    const own = resample(pixels, { width, height }, { width: toWidth, height: toHeight });
    const difference = own.reduce((sum, value, at) => sum + Math.abs(value - other[at]!), 0) / own.length;
    expect(difference).toBeLessThan(0.5);
  });

  test("refuses pixels of another extent", () => {
    expect(() => resample(new Uint8Array(10), { width: 2, height: 2 }, { width: 1, height: 1 })).toThrow(
      "Expected 12 bytes",
    );
  });
});
