// The pixel contract: formats, orientation, colour, depth, alpha, resize modes, and sizes that don't influence each other.
import type { Sharp } from "sharp";
import { describe, expect, test } from "vitest";
import { type DecodedImage, decodeImage, isRefused } from "../../../adapters/image-decoder/decode-image.ts";
import { sharp } from "../../../adapters/image-decoder/libvips.ts";
import type { Resize } from "../../../core/workflow/records/plan.ts";
import { draw, drawPixels, encodeAll } from "./sample-images.ts";

async function decode(bytes: Uint8Array, sizes: readonly number[], resize: Resize = "cover"): Promise<DecodedImage> {
  const image = await decodeImage(bytes, { sizes, resize });
  if (isRefused(image)) throw new Error(`${image.reason}: ${image.detail}`);
  return image;
}

async function square(bytes: Uint8Array, size: number, resize: Resize = "cover"): Promise<Uint8Array> {
  return (await decode(bytes, [size], resize)).pixels.get(size)!;
}

/** The colour at a pixel. */
function at(pixels: Uint8Array, size: number, x: number, y: number): number[] {
  return [...pixels.subarray((y * size + x) * 3, (y * size + x) * 3 + 3)];
}

function meanDifference(a: Uint8Array, b: Uint8Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((sum, value, index) => sum + Math.abs(value - b[index]!), 0) / a.length;
}

/** Each pixel of the picture one flat colour. */
function flat(width: number, height: number, background: string | { r: number; g: number; b: number; alpha: number }) {
  const channels = typeof background === "string" ? 3 : 4;
  return sharp({ create: { width, height, channels, background } });
}

describe("formats", () => {
  test("all five decode to the picture, lossless ones to its very pixels", async () => {
    const pixels = drawPixels(64, 64);
    for (const [format, bytes] of await encodeAll(64, 64)) {
      const image = await decode(bytes, [64]);
      expect(image).toMatchObject({ width: 64, height: 64, format });
      const difference = meanDifference(image.pixels.get(64)!, pixels);
      expect(difference, format).toBeLessThan(format === "gif" ? 8 : format === "jpeg" ? 3 : 0.001);
    }
  });

  test("an animation gives its first frame", async () => {
    const frames = Buffer.concat([Buffer.alloc(16 * 16 * 3, 250), Buffer.alloc(16 * 16 * 3, 10)]);
    const animation = sharp(frames, { raw: { width: 16, height: 32, channels: 3, pageHeight: 16 } });
    for (const bytes of [
      await animation.clone().gif().toBuffer(),
      await animation.clone().webp({ lossless: true }).toBuffer(),
    ]) {
      const image = await decode(bytes, [16]);
      expect(image).toMatchObject({ width: 16, height: 16 });
      expect(at(image.pixels.get(16)!, 16, 8, 8)).toEqual([250, 250, 250]);
    }
  });
});

describe("colour, depth and alpha", () => {
  test("grey becomes RGB", async () => {
    const bytes = await flat(32, 32, "#606060").toColourspace("b-w").png().toBuffer();
    expect((await sharp(bytes).metadata()).channels).toBe(1);
    expect(at(await square(bytes, 16), 16, 3, 3)).toEqual([0x60, 0x60, 0x60]);
  });

  test("one bit becomes black and white", async () => {
    const bytes = await flat(32, 32, "#ffffff").toColourspace("b-w").tiff({ bitdepth: 1 }).toBuffer();
    expect(at(await square(bytes, 16), 16, 3, 3)).toEqual([255, 255, 255]);
  });

  test("16 bits become 8, in colour and in grey", async () => {
    const rgb = await draw(40, 40).toColourspace("rgb16").png().toBuffer();
    expect((await sharp(rgb).metadata()).depth).toBe("ushort");
    expect(meanDifference(await square(rgb, 40), drawPixels(40, 40))).toBeLessThan(0.5);
    const grey = await flat(32, 32, "#808080").toColourspace("grey16").png().toBuffer();
    expect((await sharp(grey).metadata()).depth).toBe("ushort");
    const [red, green, blue] = at(await square(grey, 16), 16, 3, 3);
    expect(Math.abs(red! - 0x80)).toBeLessThanOrEqual(1);
    expect([green, blue]).toEqual([red, red]);
  });

  test("CMYK becomes RGB near the colour that it prints", async () => {
    const bytes = await flat(64, 64, "#d02020").toColourspace("cmyk").jpeg({ quality: 100 }).toBuffer();
    expect((await sharp(bytes).metadata()).space).toBe("cmyk");
    const [red, green, blue] = at(await square(bytes, 16), 16, 8, 8);
    expect(red).toBeGreaterThan(150);
    expect(Math.max(green!, blue!)).toBeLessThan(90);
  });

  test("an embedded profile is converted to sRGB", async () => {
    const bytes = await flat(32, 32, "#c02040").withIccProfile("p3").png().toBuffer();
    const untagged = await sharp(bytes, { ignoreIcc: true }).raw().toBuffer();
    expect([...untagged.subarray(0, 3)]).not.toEqual([0xc0, 0x20, 0x40]);
    const got = at(await square(bytes, 16), 16, 8, 8);
    for (const [channel, wanted] of [0xc0, 0x20, 0x40].entries())
      expect(Math.abs(got[channel]! - wanted)).toBeLessThan(4);
  });

  test("alpha lies over white", async () => {
    const half = await flat(32, 32, { r: 0, g: 0, b: 0, alpha: 0.5 }).png().toBuffer();
    const [value] = at(await square(half, 16), 16, 8, 8);
    expect(Math.abs(value! - 127)).toBeLessThanOrEqual(1);
    const clear = await flat(32, 32, { r: 9, g: 9, b: 9, alpha: 0 }).webp().toBuffer();
    expect(at(await square(clear, 16), 16, 8, 8)).toEqual([255, 255, 255]);
    const greyAlpha = await flat(32, 32, { r: 0, g: 0, b: 0, alpha: 0 }).toColourspace("b-w").png().toBuffer();
    expect(at(await square(greyAlpha, 16), 16, 8, 8)).toEqual([255, 255, 255]);
  });
});

describe("orientation", () => {
  test("each of the eight EXIF orientations gives the upright picture", async () => {
    const upright = draw(1200, 800);
    const wanted = await square(await upright.clone().png().toBuffer(), 96);
    for (const [orientation, turn] of ORIENTATIONS) {
      const turned = await (await turn(upright.clone())).png().toBuffer();
      const bytes = await sharp(turned)
        .withMetadata({ orientation })
        .jpeg({ quality: 100, chromaSubsampling: "4:4:4" })
        .toBuffer();
      const image = await decode(bytes, [96]);
      expect(image).toMatchObject({ width: 1200, height: 800 });
      expect(meanDifference(image.pixels.get(96)!, wanted), `orientation ${orientation}`).toBeLessThan(3);
    }
  });
});

/** How the stored picture is turned, so that the orientation turns it back. */
const ORIENTATIONS: readonly (readonly [number, (picture: Sharp) => Sharp | Promise<Sharp>])[] = [
  [1, (picture) => picture],
  [2, (picture) => picture.flop()],
  [3, (picture) => picture.rotate(180)],
  [4, (picture) => picture.flip()],
  [5, async (picture) => sharp(await picture.rotate(90).png().toBuffer()).flop()],
  [6, (picture) => picture.rotate(270)],
  [7, async (picture) => sharp(await picture.rotate(90).png().toBuffer()).flip()],
  [8, (picture) => picture.rotate(90)],
];

describe("sizes", () => {
  test("a size's pixels don't depend on which other sizes are asked for, in any format, mode and order", async () => {
    const sizes = [300, 224, 96];
    // The two formats that are reduced while decoding also at an extent where they are.
    const large = draw(1400, 1100);
    const files = [
      ["large jpeg", await large.clone().jpeg().toBuffer()],
      ["large webp", await large.clone().webp({ effort: 0 }).toBuffer()],
      ...(await encodeAll(300, 200)),
      ...(await encodeAll(60, 90)),
    ] as const;
    for (const [name, bytes] of files) {
      for (const resize of ["cover", "contain", "stretch"] as const) {
        const together = (await decode(bytes, sizes, resize)).pixels;
        const reversed = (await decode(bytes, sizes.toReversed(), resize)).pixels;
        for (const size of sizes) {
          const alone = await square(bytes, size, resize);
          expect(Buffer.compare(alone, together.get(size)!), `${name} ${size} ${resize}`).toBe(0);
          expect(Buffer.compare(alone, reversed.get(size)!), `${name} ${size} ${resize}`).toBe(0);
        }
      }
    }
  });

  test("many decodes at once give the same pixels as one after another", async () => {
    const bytes = await draw(1700, 1203).jpeg().toBuffer();
    const alone = await square(bytes, 160);
    const together = await Promise.all(Array.from({ length: 8 }, () => square(bytes, 160)));
    for (const pixels of together) expect(Buffer.compare(pixels, alone)).toBe(0);
  });

  test("decoding at reduced scale stays near a resize from all pixels", async () => {
    const picture = draw(2000, 1500);
    const bytes = await picture.clone().jpeg({ quality: 95 }).toBuffer();
    const whole = await sharp(await sharp(bytes).raw().toBuffer(), { raw: { width: 2000, height: 1500, channels: 3 } })
      .extract({ left: 250, top: 0, width: 1500, height: 1500 })
      .resize(160, 160, { kernel: "cubic" })
      .raw()
      .toBuffer();
    expect(meanDifference(await square(bytes, 160), whole)).toBeLessThan(2);
  });

  test("cover keeps the centre, contain the whole between black bars, stretch the whole", async () => {
    const left = await flat(100, 100, "#ff0000").png().toBuffer();
    const right = await flat(100, 100, "#0000ff").png().toBuffer();
    const wide = await flat(400, 100, "#00ff00")
      .composite([
        { input: left, left: 0, top: 0 },
        { input: right, left: 300, top: 0 },
      ])
      .png()
      .toBuffer();
    const cover = await square(wide, 40);
    expect([at(cover, 40, 1, 20), at(cover, 40, 38, 20)]).toEqual([
      [0, 255, 0],
      [0, 255, 0],
    ]);
    const stretch = await square(wide, 40, "stretch");
    expect([at(stretch, 40, 1, 20), at(stretch, 40, 20, 20), at(stretch, 40, 38, 20)]).toEqual([
      [255, 0, 0],
      [0, 255, 0],
      [0, 0, 255],
    ]);
    const contain = await square(wide, 40, "contain");
    expect([at(contain, 40, 1, 2), at(contain, 40, 1, 20), at(contain, 40, 38, 20)]).toEqual([
      [0, 0, 0],
      [255, 0, 0],
      [0, 0, 255],
    ]);
  });
});
