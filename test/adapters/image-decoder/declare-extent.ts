// Rewrites the extent that an image's header declares, and mends the PNG's checksum, so that only the extent is a lie.
import { crc32 } from "node:zlib";

/** A copy of an image (as encodeAll makes it) that claims to be width x height. */
export function declareExtent(format: string, bytes: Buffer, width: number, height: number): Buffer {
  const copy = Buffer.from(bytes);
  const write = WRITERS[format];
  if (write === undefined) throw new Error(`Expected one of ${Object.keys(WRITERS).join(", ")}, got ${format}`);
  write(copy, width, height);
  return copy;
}

const WRITERS: Readonly<Record<string, (copy: Buffer, width: number, height: number) => void>> = {
  gif(copy, width, height) {
    copy.writeUInt16LE(width, 6);
    copy.writeUInt16LE(height, 8);
    // The frame as well: decoders take a canvas that the frame doesn't fill for a mistake.
    let at = 13 + (copy[10]! & 0x80 ? 3 << ((copy[10]! & 7) + 1) : 0);
    while (copy[at] === 0x21) {
      at += 2;
      while (copy[at] !== 0) at += copy[at]! + 1;
      at += 1;
    }
    copy.writeUInt16LE(width, at + 5);
    copy.writeUInt16LE(height, at + 7);
  },
  jpeg(copy, width, height) {
    const frame = copy.findIndex((byte, at) => byte === 0xff && (copy[at + 1] === 0xc0 || copy[at + 1] === 0xc2));
    copy.writeUInt16BE(height, frame + 5);
    copy.writeUInt16BE(width, frame + 7);
  },
  png(copy, width, height) {
    copy.writeUInt32BE(width, 16);
    copy.writeUInt32BE(height, 20);
    copy.writeUInt32BE(crc32(copy.subarray(12, 29)), 29);
  },
  tiff(copy, width, height) {
    const directory = copy.readUInt32LE(4);
    const entries = copy.readUInt16LE(directory);
    for (let entry = 0; entry < entries; entry += 1) {
      const at = directory + 2 + entry * 12;
      const tag = copy.readUInt16LE(at);
      if (tag !== 256 && tag !== 257) continue;
      copy.writeUInt16LE(4, at + 2);
      copy.writeUInt32LE(tag === 256 ? width : height, at + 8);
    }
  },
  webp(copy, width, height) {
    // VP8L: 14 bits of width - 1, then 14 of height - 1, after the signature byte at 20.
    const rest = copy.readUInt32LE(21) & 0xf000_0000;
    copy.writeUInt32LE((rest | (width - 1) | ((height - 1) << 14)) >>> 0, 21);
  },
};
