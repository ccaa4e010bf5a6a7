// PrepareShard: decodes and packs one shard of the data, as a step of its own that PrepareData finds and joins.
import type { ShardRange } from "../core/prepared-data/shard-ranges.ts";
import type { StepPointer } from "../core/store/store.ts";
import type { RunPayload } from "../core/workflow/payload.ts";
import { packShard, readPlanned } from "./packing.ts";
import { required } from "./required.ts";
import type { Services } from "./services.ts";

export interface ShardPayload extends Pick<RunPayload, "run" | "plan"> {
  readonly shard: ShardRange;
}

/** Needs `plan` and the shard's range of its rows. */
export async function prepareShard({ run, plan, shard }: ShardPayload, services: Services): Promise<StepPointer> {
  const planned = await readPlanned(services, required(plan, "plan", "PrepareShard"));
  const rows = planned.rows.slice(shard.first, shard.first + shard.count);
  const { pointer } = await packShard(services, { run, plan: planned.plan, rows });
  return pointer;
}
