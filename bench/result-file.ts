// One recorded result in bench/results: read, and replaced whole, so that a run that was killed leaves what it had.
import { existsSync } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

export interface ResultFile<T> {
  /** Undefined where nothing was recorded yet. */
  readonly read: () => Promise<T | undefined>;
  readonly write: (record: T) => Promise<void>;
}

export function resultFile<T>(name: string): ResultFile<T> {
  const path = fileURLToPath(new URL(`results/${name}.json`, import.meta.url));
  return {
    read: async () => (existsSync(path) ? JSON.parse(await readFile(path, "utf8")) : undefined),
    write: (record) => writeWhole(path, `${JSON.stringify(record, null, 2)}\n`),
  };
}

/** A reader sees the old text or the new one, never half of it. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const part = `${path}.${process.pid}.part`;
  await writeFile(part, text);
  await rename(part, path);
}
