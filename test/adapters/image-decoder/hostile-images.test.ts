// Mutated, cut, disguised and oversized images: always a reason or valid pixels, never a crash.
import { describe, expect, test } from "vitest";
import { decodeImage, isRefused } from "../../../adapters/image-decoder/decode-image.ts";
import { IMAGE_FILE_SIZE_BYTES_MAX } from "../../../core/pixels/image-limits.ts";
import { declareExtent } from "./declare-extent.ts";
import { draw, encodeAll } from "./sample-images.ts";

const REQUEST = { sizes: [32], resize: "cover" } as const;
const REASONS = ["corrupt", "too-small", "too-large", "unsupported"];

/** Numbers from a seed (mulberry32), so that the corpus is the same in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) % below;
  };
}

/** Flips bits, overwrites, removes, repeats or cuts some bytes. */
function mutate(bytes: Buffer, below: (limit: number) => number): Buffer {
  const mutated = Buffer.from(bytes);
  const at = below(bytes.length);
  const length = 1 + below(64);
  switch (below(6)) {
    case 0:
      mutated[at]! ^= 1 << below(8);
      return mutated;
    case 1:
      return mutated.fill(below(256), at, Math.min(at + length, bytes.length));
    case 2:
      return Buffer.concat([mutated.subarray(0, at), mutated.subarray(at + length)]);
    case 3:
      return Buffer.concat([mutated.subarray(0, at), mutated.subarray(Math.max(0, at - length))]);
    case 4:
      return mutated.subarray(0, at);
    default:
      // The first bytes hold the lengths and extents.
      mutated[below(Math.min(64, bytes.length))] = below(256);
      return mutated;
  }
}

/** "pixels", or the reason why there are none. */
async function outcome(bytes: Uint8Array): Promise<string> {
  const image = await decodeImage(bytes, REQUEST);
  if (isRefused(image)) {
    expect(REASONS).toContain(image.reason);
    expect(image.detail.length).toBeGreaterThan(3);
    return image.reason;
  }
  expect(image.pixels.get(32)!.length).toBe(32 * 32 * 3);
  return "pixels";
}

describe("mutated files", () => {
  test.each(["gif", "jpeg", "png", "tiff", "webp"])("%s: 200 mutations give a reason or pixels", async (format) => {
    const good = (await encodeAll(48, 40)).get(format)!;
    const below = numbers(20_260_101);
    const outcomes = new Set<string>();
    for (let round = 0; round < 200; round += 1) outcomes.add(await outcome(mutate(good, below)));
    expect(outcomes).toContain("corrupt");
    expect(await outcome(good)).toBe("pixels");
  });

  test("a file cut off at any tenth is corrupt", async () => {
    for (const [format, bytes] of await encodeAll(96, 80)) {
      for (let tenth = 1; tenth < 10; tenth += 1) {
        const cut = bytes.subarray(0, (bytes.length * tenth) / 10);
        expect(await outcome(cut), `${format} cut at ${tenth}/10`).toBe("corrupt");
      }
    }
  });
});

describe("limits", () => {
  test.each(["gif", "jpeg", "png", "tiff", "webp"])(
    "%s: huge declared extents are refused by the header",
    async (format) => {
      const good = (await encodeAll(48, 40)).get(format)!;
      const side = format === "webp" ? 16_383 : 60_000;
      expect(await outcome(declareExtent(format, good, side, side))).toBe("too-large");
    },
  );

  test("a side over 20,000 px is refused below 50 megapixels too", async () => {
    const good = (await encodeAll(48, 40)).get("png")!;
    const image = await decodeImage(declareExtent("png", good, 20_001, 8), REQUEST);
    expect(image).toEqual({ reason: "too-large", detail: "expected sides of at most 20000 px, got 20001 x 8" });
  });

  test("an extent that the data does not fill is corrupt, without memory for it", async () => {
    const good = (await encodeAll(48, 40)).get("png")!;
    expect(await outcome(declareExtent("png", good, 7000, 7000))).toBe("corrupt");
  });

  test("pixels that are no 8 or 16 bit numbers are unsupported", async () => {
    expect(await outcome(await draw(40, 40).toColourspace("scrgb").tiff({ compression: "none" }).toBuffer())).toBe(
      "unsupported",
    );
  });

  test("a progressive JPEG with thousands of repeated scans is corrupt, not slow", async () => {
    const good = await draw(400, 400).jpeg({ progressive: true }).toBuffer();
    const lastScan = good.subarray(good.lastIndexOf(Buffer.from([0xff, 0xda])), good.length - 2);
    const scans = Array.from({ length: 5000 }, () => lastScan);
    const repeated = Buffer.concat([good.subarray(0, -2), ...scans, good.subarray(-2)]);
    expect(await outcome(good)).toBe("pixels");
    expect(await outcome(repeated)).toBe("corrupt");
  });

  test("images under 8 px and files over the limit are refused", async () => {
    const tiny = (await encodeAll(7, 40)).get("png")!;
    expect(await outcome(tiny)).toBe("too-small");
    const large = Buffer.alloc(IMAGE_FILE_SIZE_BYTES_MAX + 1);
    tiny.copy(large);
    expect(await outcome(large)).toBe("too-large");
  });
});

describe("disguises", () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="64" height="64"/></svg>';

  test.each([
    ["an SVG", svg],
    ["an SVG after a declaration", `<?xml version="1.0"?>${svg}`],
    ["a PDF", "%PDF-1.4\n1 0 obj\n<<>>\nendobj\n"],
    ["a PPM", "P6 16 16 255 "],
    ["a BMP", "BM"],
    ["a HEIF", "\0\0\0\x18ftypheic"],
    ["an empty file", ""],
  ])("%s is unsupported, whatever its name", async (_, text) => {
    expect(await outcome(Buffer.from(text.padEnd(text === "" ? 0 : 1000)))).toBe("unsupported");
  });

  test("a signature in front of another format's content is corrupt", async () => {
    const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    expect(await outcome(Buffer.concat([png, Buffer.from(svg)]))).toBe("corrupt");
    const jpeg = Buffer.from([0xff, 0xd8, 0xff]);
    expect(await outcome(Buffer.concat([jpeg, Buffer.from(svg)]))).toBe("corrupt");
  });
});
