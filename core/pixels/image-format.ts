// Which image format a file is, by its first bytes only: names and extensions are not believed.

export type ImageFormat = "gif" | "jpeg" | "png" | "tiff" | "webp";

/** Signatures by format; undefined matches any byte. */
const SIGNATURES: readonly (readonly [ImageFormat, readonly (number | undefined)[]])[] = [
  ["gif", ascii("GIF87a")],
  ["gif", ascii("GIF89a")],
  ["jpeg", [0xff, 0xd8, 0xff]],
  ["png", [0x89, ...ascii("PNG\r\n"), 0x1a, 0x0a]],
  ["tiff", [...ascii("II"), 42, 0]],
  ["tiff", [...ascii("MM"), 0, 42]],
  ["tiff", [...ascii("II"), 43, 0]], // BigTIFF
  ["tiff", [...ascii("MM"), 0, 43]],
  ["webp", [...ascii("RIFF"), undefined, undefined, undefined, undefined, ...ascii("WEBP")]],
];

/** The format whose signature the bytes start with, or undefined. */
export function imageFormat(bytes: Uint8Array): ImageFormat | undefined {
  return SIGNATURES.find(([, signature]) =>
    signature.every((byte, at) => byte === undefined || bytes[at] === byte),
  )?.[0];
}

function ascii(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}
