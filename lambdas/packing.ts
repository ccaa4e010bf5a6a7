// What PrepareData and the packing of one shard share: the plan's rows, and decoding some of them into a folder.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DECODER_VERSIONS } from "../adapters/image-decoder/libvips.ts";
import { dataRoot } from "../adapters/prepared-data/data-root.ts";
import { packSamples } from "../adapters/prepared-data/pack.ts";
import { withStorageErrors } from "../adapters/storage-error.ts";
import { parseManifestRows } from "../core/prepared-data/manifest-rows.ts";
import type { ShardRange } from "../core/prepared-data/shard-ranges.ts";
import type { StepPointer } from "../core/store/store.ts";
import type { ManifestRow, PlanRecord } from "../core/workflow/records/plan.ts";
import type { PreparedData } from "../core/workflow/records/prepared-data.ts";
import { readRunJob } from "./run-job.ts";
import { readOutput, runStep, type StepRequest } from "./run-step.ts";
import type { Services } from "./services.ts";

export interface Planned {
  readonly plan: PlanRecord;
  readonly rows: readonly ManifestRow[];
}

export async function readPlanned(services: Services, pointer: StepPointer): Promise<Planned> {
  const plan = await readOutput<PlanRecord>(services, pointer);
  const manifest = join(await services.files.folderOf(pointer), "manifest.jsonl");
  return { plan, rows: parseManifestRows(await readFile(manifest, "utf8")) };
}

/** What decides, beside the rows, how pixels come out. */
export function decodingEnvironment({ machine }: Services): StepRequest["environment"] {
  return { architecture: machine.architecture, ...DECODER_VERSIONS };
}

export interface Packing extends Planned {
  readonly run: string;
  /** Ranges of the rows. */
  readonly shards: readonly ShardRange[];
  /** Whether the run's data holds more than these rows. */
  readonly part: boolean;
  /** As progress names it. */
  readonly step: "prepare-data" | "prepare-shard";
}

/** Decodes the rows and packs them into the folder. Throws InvalidData where files changed since they were planned with. */
export async function packInto(folder: string, services: Services, packing: Packing): Promise<PreparedData> {
  const { plan, rows, shards, step } = packing;
  const { job, folder: jobFolder } = await readRunJob(services, packing.run);
  const only = packing.part ? new Set(rows.map(({ path }) => path)) : undefined;
  const root = await dataRoot(jobFolder, job.data.source, services.fetchData, only);
  const progress = (done: number) => {
    if (done % PROGRESS_EVERY === 0 || done === rows.length) services.progress({ step, done, total: rows.length });
  };
  const { sha256, signal, machine } = services;
  // More than are decoded at once, so that waiting for the oldest leaves no processor without work.
  const lanes = 3 * machine.cores;
  const work = { plan, rows, shards, root, folder, lanes, sha256, signal, progress };
  return withStorageErrors(folder, () => packSamples(work));
}

const PROGRESS_EVERY = 50;

/** The step that packs one shard. Only what its bytes depend on is in its key. */
export function shardRequest(services: Services, { plan, rows }: Planned): StepRequest {
  return {
    step: "prepare-shard",
    upstream: [],
    slice: {
      classes: plan.classes,
      rows: services.sha256(rows.map((row) => JSON.stringify([row.path, row.sha256, row.label, row.split])).join("\n")),
      resize: plan.resize,
      input_sizes: plan.input_sizes,
      crop_size: plan.crop_size,
    },
    environment: decodingEnvironment(services),
  };
}

/** Packs one shard as a step of its own, at most once. */
export async function packShard(services: Services, packing: Planned & Pick<Packing, "run">) {
  const plan: PlanRecord = { ...packing.plan, left_out: [] };
  const shards = [{ first: 0, count: packing.rows.length }];
  return runStep<PreparedData>(services, shardRequest(services, packing), (folder) =>
    packInto(folder, services, { ...packing, plan, shards, part: true, step: "prepare-shard" }),
  );
}
