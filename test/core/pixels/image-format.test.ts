// Formats by signature.
import { expect, test } from "vitest";
import { imageFormat } from "../../../core/pixels/image-format.ts";

test.each([
  ["gif", "GIF87a..."],
  ["gif", "GIF89a..."],
  ["jpeg", "\xff\xd8\xff\xe0"],
  ["png", "\x89PNG\r\n\x1a\n"],
  ["tiff", "II*\0"],
  ["tiff", "MM\0*"],
  ["webp", "RIFF\x10\0\0\0WEBPVP8 "],
])("knows %s by its first bytes", (format, text) => {
  expect(imageFormat(Buffer.from(text, "latin1"))).toBe(format);
});

test.each([
  ["an SVG", "<svg xmlns='http://www.w3.org/2000/svg'/>"],
  ["a PDF", "%PDF-1.7"],
  ["a BMP", "BM\0\0"],
  ["an AVI, which is RIFF too", "RIFF\x10\0\0\0AVI LIST"],
  ["a signature that is cut off", "\x89PNG\r\n"],
  ["nothing", ""],
])("does not know %s", (_, text) => {
  expect(imageFormat(Buffer.from(text, "latin1"))).toBeUndefined();
});
