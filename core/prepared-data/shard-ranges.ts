// Which rows of a manifest are packed together: neighbours, as many as one function handles well. Pure, so that whoever
// packs, in one piece or shard by shard, begins new files at the same rows and writes the same bytes.
import type { ManifestRow } from "../workflow/records/plan.ts";

export interface ShardRange {
  /** Index of the first row. */
  readonly first: number;
  readonly count: number;
}

/** As ListShards answers it. */
export interface ListedShard extends ShardRange {
  /** Of the step that packs it. */
  readonly key: string;
}

export interface ShardLimits {
  readonly samples: number;
  /** Of the files that are read; one larger file is a shard of its own. */
  readonly size_bytes: number;
}

export const SHARD_LIMITS: ShardLimits = { samples: 4096, size_bytes: 256_000_000 };

/** Every row once, in order; the fewest shards that keep the limits. */
export function shardRanges(
  rows: readonly Pick<ManifestRow, "size_bytes">[],
  limits: ShardLimits = SHARD_LIMITS,
): ShardRange[] {
  const ranges: ShardRange[] = [];
  let first = 0;
  let bytes = 0;
  rows.forEach(({ size_bytes }, at) => {
    const full = at - first >= limits.samples || bytes + size_bytes > limits.size_bytes;
    if (at > first && full) {
      ranges.push({ first, count: at - first });
      first = at;
      bytes = 0;
    }
    bytes += size_bytes;
  });
  if (rows.length > 0) ranges.push({ first, count: rows.length - first });
  return ranges;
}
