// The usual chain's files: timm at smaller inputs, and torch-pruning to a speed, both with the best peer quantizer.
import { join } from "node:path";
import { writePixels } from "../samples.ts";
import { quantizeWithPeer } from "../sides.ts";
import { stage } from "../stage.ts";
import { findRatio } from "./find-ratio.ts";
import { type MadeFile, type MakeRequest, makeFile, RECIPES, type Recipe } from "./make-file.ts";
import { calibrationSamples, PIXEL_FILES, type Splits } from "./pictures.ts";
import type { ChainSettings } from "./record.ts";
import { timeTogether } from "./timing.ts";

export interface PeerContext {
  /** Scratch of this entry. */
  readonly folder: string;
  /** Interpreters. */
  readonly project: string;
  readonly peers: string;
  readonly weights: string;
  readonly architecture: string;
  readonly classes: number;
  readonly threads: number;
  readonly seed: number;
  readonly settings: ChainSettings;
  readonly splits: Splits;
  readonly allowed: { readonly images: number; readonly seconds: number };
  /** Lite0 at 224 px in fp32. */
  readonly baseline: string;
}

export interface PeerFile extends MadeFile {
  readonly recipe: Recipe;
  readonly fp32: string;
  readonly int8: string;
}

const PROBE_PICTURES = 8;

/** Fine-tuned at `size` from the pretrained weights, by each recipe; the one that is better on validation is the sibling. */
export async function makeSibling(context: PeerContext, size: number): Promise<PeerFile> {
  const made: TrainedFile[] = [];
  for (const recipe of RECIPES)
    made.push(await train(context, `sibling-${size}-${recipe}`, size, { ...context.allowed, recipe }));
  const best = made.toSorted((a, b) => (b.validation_top1 ?? 0) - (a.validation_top1 ?? 0))[0]!;
  return withInt8(context, `sibling-${size}`, size, best);
}

/**
 * Half of the pictures and seconds fine-tune the whole network, which is then pruned until its int8 file has the speed; the
 * other half fine-tunes what is left, whose statistics have to be learnt anew.
 */
export async function makePruned(context: PeerContext, size: number, wanted: number, name: string): Promise<PeerFile> {
  const half = { images: context.allowed.images / 2, seconds: context.allowed.seconds / 2 };
  const state = join(context.folder, `dense-${size}.safetensors`);
  const dense = await train(context, `dense-${size}`, size, { ...half, recipe: "probe-first", state });
  const found = await stage(join(context.folder, `${name}-ratio.json`), async () => {
    const speedupAt = (pruning_ratio: number) => probe(context, size, state, pruning_ratio);
    return (await findRatio(wanted, speedupAt)) ?? null;
  });
  if (found === null) throw new Error(`no share of channels to prune at ${size} px gives ${wanted.toFixed(1)} times`);
  const pruning = found.ratio > 0 ? { pruning_ratio: found.ratio } : {};
  const trained = await train(context, name, size, { ...half, recipe: "usual", start: state, ...pruning });
  const made = await withInt8(context, name, size, trained);
  return {
    ...made,
    images_seen: made.images_seen + dense.images_seen,
    training_seconds: made.training_seconds + dense.training_seconds,
  };
}

type PeerRequest = Pick<MakeRequest, "images" | "seconds" | "recipe" | "start" | "pruning_ratio" | "state">;
type Training = PeerRequest & { readonly recipe: Recipe };
type TrainedFile = Omit<PeerFile, "int8">;

function train(context: PeerContext, name: string, size: number, training: Training): Promise<TrainedFile> {
  return stage(join(context.folder, `${name}.json`), async () => {
    const request = trainRequest(context, name, size, training);
    const made = await makeFile(context.project, request);
    console.error(`${name}: ${JSON.stringify(made)}`);
    return { ...made, recipe: training.recipe, fp32: request.onnx };
  });
}

function withInt8(context: PeerContext, name: string, size: number, trained: TrainedFile): Promise<PeerFile> {
  const { folder, splits, settings } = context;
  const at = (file: string) => join(folder, file);
  return stage(at(`${name}-int8.json`), async () => {
    const drawn = calibrationSamples(splits, settings.calibration_count);
    const pixels = at(PIXEL_FILES.calibration(size));
    await writePixels(splits.root, drawn, size, pixels);
    const int8 = at(`${name}-int8.onnx`);
    await quantize(context, settings.quantizer, trained.fp32, pixels, int8);
    return { ...trained, int8 };
  });
}

function trainRequest(context: PeerContext, name: string, size: number, training: PeerRequest): MakeRequest {
  const { folder, splits, architecture, classes, seed, threads, weights } = context;
  const at = (file: string) => join(folder, file);
  return {
    ...{ architecture, classes, size, seed, threads, weights, ...training },
    train_crops: at(PIXEL_FILES.crops),
    train_pixels: at(PIXEL_FILES.train(size)),
    train_labels: splits.labels("train"),
    validation_pixels: at(PIXEL_FILES.validation(size)),
    validation_labels: splits.labels("validation"),
    onnx: at(`${name}.onnx`),
  };
}

/** Speed of the pruned, not yet trained network's int8 file: its weights don't matter to the clock. */
async function probe(context: PeerContext, size: number, start: string, pruning_ratio: number): Promise<number> {
  const at = (file: string) => join(context.folder, file);
  const name = `probe-${size}`;
  const pruning = pruning_ratio > 0 ? { pruning_ratio } : {};
  const request = trainRequest(context, name, size, { images: 0, seconds: 0, start, ...pruning });
  await makeFile(context.project, request);
  const few = calibrationSamples(context.splits, PROBE_PICTURES);
  await writePixels(context.splits.root, few, size, at(`probe-pixels-${size}.npy`));
  await quantize(context, "ort-minmax", request.onnx, at(`probe-pixels-${size}.npy`), at(`${name}-int8.onnx`));
  const files = [
    { name: "baseline", path: context.baseline },
    { name, path: at(`${name}-int8.onnx`) },
  ];
  const { speedup } = (await timeTogether(files, 7, 20)).get(name)!;
  console.error(`${name}: ${(100 * pruning_ratio).toFixed(1)} % of channels pruned, ${speedup.value.toFixed(2)} times`);
  return speedup.value;
}

async function quantize(context: PeerContext, recipe: string, model: string, pixels: string, output: string) {
  const made = await quantizeWithPeer(context.peers, recipe, { model, pixels, output });
  if ("error" in made) throw new Error(`${recipe}: ${made.error}`);
}
