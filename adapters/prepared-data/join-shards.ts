// Shards that were packed on their own -> the files that packing everything in one piece writes, to the last byte: arrays
// are taken over as they are under their numbers in the whole, labels and sample lines are written anew.
import type { LeftOut, Split } from "../../core/workflow/records/plan.ts";
import type { PreparedData } from "../../core/workflow/records/prepared-data.ts";
import { DECODER, type PackPlan, SPLITS } from "./pack.ts";
import { fileName } from "./shard-series.ts";
import { arrayName, CROPS_NAME } from "./split-files.ts";
import { writeSplitIndex } from "./split-index.ts";

export interface PackedShard {
  readonly data: PreparedData;
  /** A small file of the shard. */
  readonly read: (name: string) => Promise<string>;
  /** Takes one of the shard's files over into the folder under another name. */
  readonly adopt: (file: string, name: string) => Promise<void>;
}

/** @param shards in the order of their rows */
export async function joinShards(
  plan: PackPlan,
  shards: readonly PackedShard[],
  folder: string,
): Promise<PreparedData> {
  const joinSplit = async (split: Split) => {
    const lines: string[] = [];
    for (const { data, read } of shards) lines.push(...linesOf(await read(data.splits[split].samples)));
    const index = await writeSplitIndex(folder, split, lines, plan.classes.length);
    const arrays: Record<string, readonly string[]> = {};
    for (const size of plan.input_sizes) {
      const files = (data: PreparedData) => data.splits[split].arrays[String(size)] ?? [];
      arrays[String(size)] = await adoptAll(shards, files, arrayName(split, size));
    }
    return { ...index, arrays };
  };
  const splits: Partial<Record<Split, PreparedData["splits"][Split]>> = {};
  for (const split of SPLITS) splits[split] = await joinSplit(split);
  return {
    classes: plan.classes,
    resize: plan.resize,
    input_sizes: plan.input_sizes,
    crop_size: plan.crop_size,
    splits: splits as PreparedData["splits"],
    crops: await adoptAll(shards, ({ crops }) => crops, CROPS_NAME),
    left_out: [...plan.left_out, ...shards.flatMap(({ data }) => data.left_out.map(inOrderOfWriting))],
    decoder: DECODER,
  };
}

async function adoptAll(
  shards: readonly PackedShard[],
  filesOf: (data: PreparedData) => readonly string[],
  name: string,
): Promise<string[]> {
  const names: string[] = [];
  for (const { data, adopt } of shards) {
    for (const file of filesOf(data)) {
      const next = fileName(name, names.length);
      await adopt(file, next);
      names.push(next);
    }
  }
  return names;
}

/** A shard's output has its keys sorted; data.json shows the order in which they were made. */
function inOrderOfWriting({ path, reason, detail }: LeftOut): LeftOut {
  return { path, reason, detail };
}

function linesOf(text: string): string[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => `${line}\n`);
}
