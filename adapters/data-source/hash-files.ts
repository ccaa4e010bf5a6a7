// SHA-256 of many files, some at a time, with a memory by path, size and modification time that outlives the process.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createProblemList } from "../../core/data-source/problem-list.ts";
import { DecantError, type Problem } from "../../core/errors/problem.ts";
import type { ListedFile } from "../../core/readers/reader.ts";
import type { HashMemory } from "./hash-memory.ts";

const LANES = 8;
// A file changed again within the clock's tick would keep size and time: remember only what has settled.
const SETTLED_MS = 2000;

export interface HashWork {
  /** Real path of the data source's folder. */
  readonly root: string;
  readonly files: readonly ListedFile[];
  readonly memory: HashMemory;
  /** Epoch ms. */
  readonly now: number;
  readonly signal?: AbortSignal;
  readonly progress?: (done: number) => void;
}

/** Hash by path. Throws InvalidData with every file that can't be read or changed since it was listed. */
export async function hashFiles(work: HashWork): Promise<Map<string, string>> {
  const hashes = new Map<string, string>();
  const failures = new Map<string, string>();
  let next = 0;
  const lane = async () => {
    while (next < work.files.length) {
      work.signal?.throwIfAborted();
      const file = work.files[next++]!;
      try {
        hashes.set(file.path, await hashFile(work, file));
      } catch (error) {
        work.signal?.throwIfAborted();
        failures.set(file.path, (error as NodeJS.ErrnoException).code ?? (error as Error).message);
      }
      work.progress?.(hashes.size);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  const list = problemsOf(work.files, failures);
  if (list.length > 0) throw new DecantError("InvalidData", list);
  return hashes;
}

/** In the files' order, whichever lane was first. */
function problemsOf(files: readonly ListedFile[], failures: ReadonlyMap<string, string>): Problem[] {
  const problems = createProblemList();
  for (const { path } of files) {
    const reason = failures.get(path);
    if (reason === undefined) continue;
    problems.add("files that can't be read", { message: `Expected to read this file (${reason}).`, where: path });
  }
  return problems.all();
}

async function hashFile({ root, memory, now }: HashWork, { path, size_bytes }: ListedFile): Promise<string> {
  const full = join(root, path);
  const { size, mtimeNs, mtimeMs } = await stat(full, { bigint: true });
  if (Number(size) !== size_bytes) throw new Error("it changed while it was looked at: run the command again");
  const facts = { path, size: String(size), mtime_ns: String(mtimeNs) };
  const known = memory.recall(facts);
  if (known !== undefined) return known;
  const hash = createHash("sha256");
  await pipeline(createReadStream(full, { highWaterMark: 1 << 18 }), hash);
  const sha256 = hash.digest("hex");
  if (Math.abs(now - Number(mtimeMs)) > SETTLED_MS) memory.remember(facts, sha256);
  return sha256;
}
