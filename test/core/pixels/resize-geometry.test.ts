// The geometry of both resize stages, over all shapes of images.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bucketOf, reducedExtent, squareGeometry } from "../../../core/pixels/resize-geometry.ts";

const side = fc.integer({ min: 8, max: 20_000 });
const image = fc.record({ width: side, height: side });
const size = fc.integer({ min: 8, max: 600 });

describe("reducedExtent", () => {
  test("keeps images that are not much larger than the bucket", () => {
    expect(reducedExtent({ width: 640, height: 480 }, 256)).toEqual({ width: 640, height: 480 });
    expect(reducedExtent({ width: 768, height: 20_000 }, 256)).toEqual({ width: 768, height: 20_000 });
  });

  test.each([
    [2000, 1500],
    [3000, 2000],
    [4000, 2250],
    [2000, 2000],
    [1500, 2000],
  ])("keeps the aspect of %d x %d exactly", (width, height) => {
    const reduced = reducedExtent({ width, height }, 256);
    expect(reduced.width / reduced.height).toBe(width / height);
  });

  test("leaves every size of the bucket room, centres exactly and bends the aspect by less than a pixel", () => {
    fc.assert(
      fc.property(image, size, (original, asked) => {
        const bucket = bucketOf(asked);
        const reduced = reducedExtent(original, bucket);
        if (reduced === original) return;
        const [short, long] = [Math.min(reduced.width, reduced.height), Math.max(reduced.width, reduced.height)];
        expect(short).toBeGreaterThanOrEqual(asked);
        expect((long - short) % 2).toBe(0);
        const aspect = Math.max(original.width, original.height) / Math.min(original.width, original.height);
        expect(Math.abs(long - short * aspect)).toBeLessThanOrEqual(1);
        expect(reduced.width > reduced.height).toBe(original.width > original.height && long > short);
      }),
    );
  });
});

describe("squareGeometry", () => {
  const extents = fc.tuple(image, size, fc.constantFrom("cover" as const, "contain" as const, "stretch" as const));

  test("crops inside the copy and fills inside the square", () => {
    fc.assert(
      fc.property(extents, ([original, asked, resize]) => {
        const reduced = reducedExtent(original, bucketOf(asked));
        const { crop, inner } = squareGeometry(original, reduced, asked, resize);
        expect(Math.min(crop.left, crop.top, inner.left, inner.top)).toBeGreaterThanOrEqual(0);
        expect(Math.min(crop.width, crop.height, inner.width, inner.height)).toBeGreaterThanOrEqual(1);
        expect(crop.left + crop.width).toBeLessThanOrEqual(reduced.width);
        expect(crop.top + crop.height).toBeLessThanOrEqual(reduced.height);
        expect(inner.left + inner.width).toBeLessThanOrEqual(asked);
        expect(inner.top + inner.height).toBeLessThanOrEqual(asked);
        if (resize !== "contain") expect(inner).toEqual({ left: 0, top: 0, width: asked, height: asked });
      }),
    );
  });

  test("cover takes the centre square, contain the whole image between bars, stretch the whole image", () => {
    const wide = { width: 400, height: 200 };
    expect(squareGeometry(wide, wide, 100, "cover").crop).toEqual({ left: 100, top: 0, width: 200, height: 200 });
    const contain = squareGeometry(wide, wide, 100, "contain");
    expect(contain.crop).toEqual({ left: 0, top: 0, width: 400, height: 200 });
    expect(contain.inner).toEqual({ left: 0, top: 25, width: 100, height: 50 });
    expect(squareGeometry(wide, wide, 100, "stretch").crop).toEqual({ left: 0, top: 0, width: 400, height: 200 });
  });
});
