// PrepareData: decodes every sample once and packs arrays for training, calibration and measurement: in one piece, or,
// after the Distributed Map, by joining what its shards packed, to the same bytes.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { joinShards, type PackedShard } from "../adapters/prepared-data/join-shards.ts";
import { withStorageErrors } from "../adapters/storage-error.ts";
import { DecantError, type Problem } from "../core/errors/problem.ts";
import { missingSamples } from "../core/prepared-data/enough-samples.ts";
import { SHARD_LIMITS, type ShardLimits, type ShardRange, shardRanges } from "../core/prepared-data/shard-ranges.ts";
import type { StepAttempt, StepPointer } from "../core/store/store.ts";
import type { RunPayload } from "../core/workflow/payload.ts";
import type { ManifestRow, PlanRecord } from "../core/workflow/records/plan.ts";
import type { PreparedData } from "../core/workflow/records/prepared-data.ts";
import { decodingEnvironment, type Planned, packInto, packShard, readPlanned } from "./packing.ts";
import { required } from "./required.ts";
import { readSmallFile, runStep } from "./run-step.ts";
import type { Services } from "./services.ts";

/** Needs `plan`; answers the pointer to the prepared data. Throws InvalidData where too little can be decoded. */
export async function prepareData(
  payload: RunPayload,
  services: Services,
  limits: ShardLimits = SHARD_LIMITS,
): Promise<StepPointer> {
  const planned = await readPlanned(services, required(payload.plan, "plan", "PrepareData"));
  const { plan, rows } = planned;
  const request = {
    step: "prepare-data" as const,
    upstream: [],
    slice: keySlice(plan, rows, services.sha256),
    environment: decodingEnvironment(services),
  };
  const shards = shardRanges(rows, limits);
  const { run } = payload;
  const { pointer } = await runStep<PreparedData>(services, request, async (folder, attempt) => {
    const data = payload.sharding?.sharded
      ? await joinAll(services, { ...planned, run, shards }, attempt)
      : await packInto(folder, services, { ...planned, run, shards, part: false, step: "prepare-data" });
    const problems = missingSamples(data);
    if (problems.length > 0) throw new DecantError("InvalidData", problems);
    await writeFile(join(folder, "data.json"), `${JSON.stringify(data, null, 2)}\n`, { flag: "wx" });
    return data;
  });
  return pointer;
}

interface Joining extends Planned {
  readonly run: string;
  readonly shards: readonly ShardRange[];
}

/** Shards that the Map left are packed here: what stopped them is then thrown under its own name. */
async function joinAll(services: Services, { run, plan, rows, shards }: Joining, attempt: StepAttempt) {
  const packed: PackedShard[] = [];
  const problems: Problem[] = [];
  for (const { first, count } of shards) {
    services.signal.throwIfAborted();
    try {
      packed.push(await openShard(services, { run, plan, rows: rows.slice(first, first + count) }, attempt));
    } catch (error) {
      if (!(error instanceof DecantError && error.code === "InvalidData")) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new DecantError("InvalidData", problems);
  services.progress({ step: "prepare-data", done: rows.length, total: rows.length });
  return withStorageErrors(attempt.folder, () => joinShards(plan, packed, attempt.folder));
}

async function openShard(
  services: Services,
  shard: Planned & { readonly run: string },
  attempt: StepAttempt,
): Promise<PackedShard> {
  const { pointer, output } = await packShard(services, shard);
  const record = await services.files.find(pointer);
  if (record === undefined) {
    throw new DecantError("StoreFailed", `Expected step ${pointer.step} ${pointer.key} to stay, but it is gone.`);
  }
  return {
    data: output,
    read: (name) => readSmallFile(services, record, name),
    adopt: (file, name) => attempt.adopt(record, file, name),
  };
}

/**
 * What the packed bytes depend on. The manifest's hash covers content, labels, splits and groups, but no paths; samples are
 * packed in the order of their paths, so that order counts as well.
 */
function keySlice(plan: PlanRecord, rows: readonly ManifestRow[], sha256: Services["sha256"]): unknown {
  const reasons = plan.left_out.map(({ reason }) => reason).toSorted();
  return {
    classes: plan.classes,
    manifest_hash: plan.manifest_hash,
    order: sha256(rows.map((row) => row.sha256).join("\n")),
    resize: plan.resize,
    input_sizes: plan.input_sizes,
    crop_size: plan.crop_size,
    left_out: reasons,
  };
}
