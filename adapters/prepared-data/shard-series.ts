// A series of .npy files that together hold one array: a new file begins where the last one is full.
import { join } from "node:path";
import { createNpy, type NpyWriter } from "../npy.ts";

export const SHARD_SAMPLES_MAX = 4096;
export const SHARD_SIZE_BYTES_MAX = 256_000_000;

export interface ShardSeries {
  /** Names of the files so far, in order. */
  readonly names: readonly string[];
  append(row: Uint8Array): Promise<void>;
  /** Closes the file that is being written: the next row begins a new one. */
  cut(): Promise<void>;
  abandon(): Promise<void>;
}

/** Files `<name>-<shard>.npy` in the folder, rows [size, size, 3] uint8. No file where no row came. */
export function shardSeries(folder: string, name: string, size: number, samplesMax = shardSamples(size)): ShardSeries {
  const names: string[] = [];
  let writer: NpyWriter | undefined;
  let rows = 0;
  const cut = async () => {
    const full = writer;
    writer = undefined;
    rows = 0;
    await full?.finish();
  };
  return {
    names,
    async append(row) {
      if (rows === samplesMax) await cut();
      if (writer === undefined) {
        const file = fileName(name, names.length);
        writer = await createNpy(join(folder, file), "uint8", [size, size, 3]);
        names.push(file);
      }
      await writer.append(row);
      rows += 1;
    },
    cut,
    async abandon() {
      await writer?.abandon();
    },
  };
}

export function fileName(name: string, number: number): string {
  return `${name}-${number}.npy`;
}

/** Samples of a square size that a shard holds: 4096, fewer where they would be more than 256 MB, at least one. */
export function shardSamples(size: number): number {
  return Math.max(1, Math.min(SHARD_SAMPLES_MAX, Math.floor(SHARD_SIZE_BYTES_MAX / (size * size * 3))));
}
