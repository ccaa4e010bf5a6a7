// SHA-256 of files, streamed, and remembered by path, size and modification time: a finished step is checked often.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";

export interface HashedFile {
  readonly size_bytes: number;
  readonly sha256: string;
}

export type FileHasher = (path: string) => Promise<HashedFile | undefined>;

/** A hasher with a memory of its own. It answers undefined where no such file is. */
export function createFileHasher(): FileHasher {
  const known = new Map<string, HashedFile>();
  return async (path) => {
    const facts = await stat(path, { bigint: true }).catch(() => undefined);
    if (!facts?.isFile()) return undefined;
    const id = `${path}\n${facts.size}\n${facts.mtimeNs}`;
    const found = known.get(id);
    if (found) return found;
    const hash = createHash("sha256");
    await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
    const hashed = { size_bytes: Number(facts.size), sha256: hash.digest("hex") };
    known.set(id, hashed);
    return hashed;
  };
}
