// sharp, set up once: no cache (every image is seen once), one libvips thread an image (images run side by side), and
// only the loaders of the five formats, so that no byte ever reaches an SVG, PDF or ImageMagick parser.
import sharp from "sharp";

sharp.cache(false);
sharp.concurrency(1);
sharp.block({ operation: ["VipsForeignLoad"] });
sharp.unblock({
  operation: [
    "VipsForeignLoadJpegBuffer",
    "VipsForeignLoadNsgifBuffer",
    "VipsForeignLoadPngBuffer",
    "VipsForeignLoadTiffBuffer",
    "VipsForeignLoadWebpBuffer",
  ],
});

/** Versions of what touches the pixels, for a step's key. */
export const DECODER_VERSIONS: Readonly<Record<string, string>> = {
  sharp: sharp.versions.sharp ?? "unknown",
  libvips: sharp.versions.vips,
};

export { sharp };
