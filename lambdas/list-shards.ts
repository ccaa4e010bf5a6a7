// ListShards: the shards of a plan's data, and whether there is more than one. Asked only where a Distributed Map can run.
import { DecantError } from "../core/errors/problem.ts";
import { type ListedShard, SHARD_LIMITS, type ShardLimits, shardRanges } from "../core/prepared-data/shard-ranges.ts";
import type { RunPayload } from "../core/workflow/payload.ts";
import { readPlanned, shardRequest } from "./packing.ts";
import { required } from "./required.ts";
import { pointerOf } from "./run-step.ts";
import type { Services } from "./services.ts";

/** Some 110 bytes each, and a state's payload is limited to 256 KB. */
export const SHARDS_MAX = 1000;

/** Needs `plan`. Throws InvalidData where the data is too large for one run. */
export async function listShards(
  payload: Pick<RunPayload, "plan">,
  services: Services,
  limits: ShardLimits = SHARD_LIMITS,
): Promise<{ readonly sharded: boolean; readonly shards: readonly ListedShard[] }> {
  const { plan, rows } = await readPlanned(services, required(payload.plan, "plan", "ListShards"));
  const ranges = shardRanges(rows, limits);
  if (ranges.length > SHARDS_MAX) {
    const most = `${SHARDS_MAX} shards of ${limits.samples} samples or ${limits.size_bytes / 1e6} MB`;
    const message = `expected data of at most ${most}, got ${ranges.length} shards: name a part of it`;
    throw new DecantError("InvalidData", message);
  }
  const shards = ranges.map(({ first, count }) => {
    const { key } = pointerOf(services, shardRequest(services, { plan, rows: rows.slice(first, first + count) }));
    return { first, count, key };
  });
  return { sharded: shards.length > 1, shards };
}
