// Decodes every sample of a manifest once and writes the packed arrays, in manifest order and in constant memory.
import { DecantError, type Problem } from "../../core/errors/problem.ts";
import type { ShardRange } from "../../core/prepared-data/shard-ranges.ts";
import type { LeftOut, ManifestRow, PlanRecord, Split } from "../../core/workflow/records/plan.ts";
import type { PreparedData } from "../../core/workflow/records/prepared-data.ts";
import { isRefused } from "../image-decoder/decode-image.ts";
import { DECODER_VERSIONS } from "../image-decoder/libvips.ts";
import { inOrder } from "./in-order.ts";
import { type ReadSample, readSample } from "./read-sample.ts";
import { type SplitFiles, splitFiles } from "./split-files.ts";

export type PackPlan = Pick<PlanRecord, "classes" | "resize" | "input_sizes" | "crop_size" | "left_out">;

export interface PackRequest {
  readonly plan: PackPlan;
  readonly rows: readonly ManifestRow[];
  /** Ranges of the rows; each begins new files. */
  readonly shards: readonly ShardRange[];
  /** Absolute folder that the rows' paths are relative to. */
  readonly root: string;
  /** Empty folder that the files are written into. */
  readonly folder: string;
  /** Images decoded at once. */
  readonly lanes: number;
  readonly sha256: (bytes: Uint8Array) => string;
  readonly signal: AbortSignal;
  readonly progress: (done: number) => void;
}

export const SPLITS: readonly Split[] = ["train", "validation", "test"];

/** As data.json names it. */
export const DECODER: PreparedData["decoder"] = {
  name: "sharp",
  version: `${DECODER_VERSIONS.sharp} (libvips ${DECODER_VERSIONS.libvips})`,
};

/** Throws InvalidData naming every file that changed since it was planned with, and Stopped on abort. */
export async function packSamples(request: PackRequest): Promise<PreparedData> {
  const { plan, folder } = request;
  const files = Object.fromEntries(
    SPLITS.map((split) => {
      const crops = split === "train" ? { crop_size: plan.crop_size } : {};
      return [split, splitFiles(folder, { split, sizes: plan.input_sizes, classes: plan.classes.length, ...crops })];
    }),
  ) as Record<Split, SplitFiles>;
  try {
    const leftOut = await packRows(request, files);
    const [train, validation, test] = [
      await files.train.finish(),
      await files.validation.finish(),
      await files.test.finish(),
    ];
    return {
      classes: plan.classes,
      resize: plan.resize,
      input_sizes: plan.input_sizes,
      crop_size: plan.crop_size,
      splits: { train: train.split, validation: validation.split, test: test.split },
      crops: train.crops,
      left_out: [...plan.left_out, ...leftOut],
      decoder: DECODER,
    };
  } catch (error) {
    await Promise.all(SPLITS.map((split) => files[split].abandon()));
    throw error;
  }
}

async function packRows(request: PackRequest, files: Readonly<Record<Split, SplitFiles>>): Promise<LeftOut[]> {
  const { plan, rows, root, sha256, signal } = request;
  const leftOut: LeftOut[] = [];
  const changed: Problem[] = [];
  const starts = new Set(request.shards.map(({ first }) => first));
  let done = 0;
  const read = (row: ManifestRow): Promise<ReadSample> => {
    const sizes = row.split === "train" ? [...plan.input_sizes, plan.crop_size] : plan.input_sizes;
    return readSample(row, root, sha256, { sizes: [...new Set(sizes)], resize: plan.resize });
  };
  for await (const sample of inOrder(rows, request.lanes, read)) {
    if (signal.aborted) throw stopped(signal);
    if (starts.has(done)) await Promise.all(SPLITS.map((split) => files[split].cut()));
    if ("changed" in sample) changed.push(sample.changed);
    else if (isRefused(sample.image)) leftOut.push({ path: sample.row.path, ...sample.image });
    else if (changed.length === 0) await files[sample.row.split].append(sample.row, sample.image.pixels);
    done += 1;
    request.progress(done);
  }
  if (changed.length > 0) throw new DecantError("InvalidData", changed);
  return leftOut;
}

function stopped(signal: AbortSignal): DecantError {
  if (signal.reason instanceof DecantError) return signal.reason;
  const message = "stopped while preparing the data: the same command goes on";
  return new DecantError("Stopped", message, { cause: signal.reason });
}
