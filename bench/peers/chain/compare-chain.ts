// Whole chains side by side: for each data set and seed Decant runs first, then the peers on the same pictures with as many
// training pictures and seconds at most; in the end all files are measured together. Every stage is kept when done, so
// that a killed comparison goes on where it was.
import { createHash } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { STEP_VERSIONS } from "../../../core/workflow/steps.ts";
import type { ResultFile } from "../../result-file.ts";
import { sitePackages } from "../environment.ts";
import { FIDELITY_NETWORKS } from "../pairs.ts";
import { readDataSet, writePixels } from "../samples.ts";
import { stage } from "../stage.ts";
import { makeFile } from "./make-file.ts";
import { type FileToMeasure, measureEntry } from "./measure-entry.ts";
import { type OwnRun, runOwnSide } from "./own-side.ts";
import { makePruned, makeSibling, type PeerContext, type PeerFile } from "./peer-files.ts";
import { PIXEL_FILES, readSplits, type Splits, testDigest, writeCrops } from "./pictures.ts";
import {
  type ChainEntry,
  type ChainFailure,
  type ChainRecord,
  type ChainSettings,
  isRecorded,
  withEntry,
} from "./record.ts";
import { timeTogether } from "./timing.ts";

const ARCHITECTURE = "tf_efficientnet_lite0";
const BASELINE_SIZE = 224;
/** Of the steps that shape a file. */
const { report: _, ...SHAPING } = STEP_VERSIONS;
const VERSIONS = JSON.stringify(SHAPING);

export interface ChainContext {
  /** Kept until an entry is recorded. */
  readonly work: string;
  /** Interpreters: the peers' and the project's. */
  readonly peers: string;
  readonly project: string;
  readonly seeds: number;
  readonly command: string;
  readonly settings: ChainSettings;
  readonly facts: Pick<ChainRecord, "machine" | "peers">;
}

/** Adds every data set's and seed's entry that is not there yet; `recorded` is called after each. */
export async function compareChains(
  context: ChainContext,
  sources: readonly string[],
  file: ResultFile<ChainRecord>,
  recorded: () => Promise<void>,
): Promise<void> {
  for (let seed = 0; seed < context.seeds; seed += 1)
    for (const source of sources) {
      const { settings } = context;
      const wanted = { data: basename(resolve(source)), seed, settings, versions: VERSIONS };
      if (isRecorded(await file.read(), wanted)) continue;
      const folder = join(context.work, `chain-${wanted.data}-${seed}-${hash(wanted)}`);
      await mkdir(folder, { recursive: true });
      const entry = await compareEntry({ ...context, folder, seed, source });
      const { entries = [] } = (await file.read()) ?? {};
      await file.write({ entries: withEntry(entries, entry), ...context.facts });
      await recorded();
      await rm(folder, { recursive: true, force: true });
    }
}

interface EntryContext extends ChainContext {
  readonly folder: string;
  readonly seed: number;
  readonly source: string;
}

async function compareEntry(context: EntryContext): Promise<ChainEntry> {
  const { folder, settings, seed, source } = context;
  const { classes } = await readDataSet(source);
  const weights = join(sitePackages(context.peers), FIDELITY_NETWORKS[0]!.weights);
  const network = { architecture: ARCHITECTURE, classes: classes.length, seed, threads: 1, weights };
  const baseline = join(folder, "baseline.onnx");
  const untrained = { ...network, size: BASELINE_SIZE, images: 0, seconds: 0, onnx: baseline };
  await stage(join(folder, "baseline.json"), () => makeFile(context.project, untrained));
  const own = await runShares(context, baseline);
  const runs = [...own.values()];
  const splits = await readSplits(resolve(source), runs[0]!.prepared);
  await writeSplits(folder, splits, settings);
  const allowed = {
    // A run that had time for nothing but a probe leaves the peers one epoch.
    images: Math.max(splits.train.length, ...runs.map(({ images_seen }) => images_seen)),
    seconds: Math.max(...runs.map(({ training_seconds }) => training_seconds)),
  };
  const threads = runs[0]!.training_threads;
  const peer: PeerContext = { ...context, ...network, threads, splits, allowed, baseline };
  const peers = await makePeers(peer, own);
  const made = [...ownFiles(own), ...peers.files];
  const { files, baseline_ms_p50 } = await stage(join(folder, "measured.json"), () =>
    measureEntry(folder, splits, baseline, made),
  );
  return {
    data: basename(resolve(source)),
    manifest_hash: runs[0]!.manifest_hash,
    test_digest: testDigest(splits),
    ...{ seed, command: context.command, settings, versions: VERSIONS },
    counts: { train: splits.train.length, validation: splits.validation.length, test: splits.test.length },
    cpu_model: context.facts.machine.cpu_model,
    ...{ allowed, baseline_ms_p50, files },
    failures: [...refusals(own), ...peers.failures],
  };
}

/** By share. The promise of latency is that share of what the baseline takes now. */
async function runShares(context: EntryContext, baseline: string): Promise<Map<number, OwnRun>> {
  const own = new Map<number, OwnRun>();
  const { settings, seed, source } = context;
  for (const share of settings.shares) {
    const folder = join(context.folder, `own-${share}`);
    const latency = await stage(join(folder, "baseline-ms.json"), async () => {
      const { ms_p95 } = (await timeTogether([{ name: "baseline", path: baseline }], 5, 20)).get("baseline")!;
      return ms_p95;
    });
    const request = { data: source, size: settings.size, latency_ms_p95: latency / share, time: settings.time, seed };
    const run = await stage(join(folder, "run.json"), () => runOwnSide({ ...request, folder }));
    console.error(`decant, 1/${share}: ${run.status} in ${run.seconds} s; ${run.headline}`);
    own.set(share, run);
  }
  return own;
}

async function writeSplits(folder: string, splits: Splits, { sibling_sizes, pruned_sizes }: ChainSettings) {
  await writeCrops(splits, folder);
  const write = (samples: Splits["train"], size: number, file: string) =>
    writePixels(splits.root, samples, size, join(folder, file));
  for (const size of new Set([...sibling_sizes, ...pruned_sizes])) {
    await write(splits.validation, size, PIXEL_FILES.validation(size));
    await write(splits.train, size, PIXEL_FILES.train(size));
  }
}

async function makePeers(context: PeerContext, own: ReadonlyMap<number, OwnRun>) {
  const files: FileToMeasure[] = [];
  const failures: ChainFailure[] = [];
  const { quantizer } = context.settings;
  const attempt = async (failure: Omit<ChainFailure, "error">, work: () => Promise<FileToMeasure[]>) => {
    try {
      files.push(...(await work()));
      console.error(`${failure.name}: done`);
    } catch (error) {
      failures.push({ ...failure, error: (error as Error).message.split("\n")[0]!.slice(0, 300) });
      console.error(`${failure.name}: ${failures.at(-1)!.error}`);
    }
  };
  for (const size of context.settings.sibling_sizes) {
    const sibling = { side: "sibling", name: `sibling-${size}` } as const;
    await attempt(sibling, async () => {
      const { fp32, int8, ...trained } = await makeSibling(context, size);
      const facts = { input_size: size, ...factsOf(trained) };
      const float = { side: "fp32", name: `fp32-${size}`, path: fp32, ...facts } as const;
      return [float, { ...sibling, path: int8, quantizer, ...facts }];
    });
  }
  const speeds = await speedsOf(context, own);
  for (const size of context.settings.pruned_sizes)
    for (const [share, wanted] of speeds) {
      const name = `torch-pruning-${size}-${share}`;
      const pruned = { side: "torch-pruning", name, share } as const;
      await attempt(pruned, async () => {
        const { int8, fp32: _, ...trained } = await makePruned(context, size, wanted, name);
        return [{ ...pruned, path: int8, quantizer, input_size: size, ...factsOf(trained) }];
      });
    }
  return { files, failures };
}

function factsOf({ images_seen, training_seconds, validation_top1, recipe }: Omit<PeerFile, "fp32" | "int8">) {
  return { images_seen, training_seconds, recipe, ...(validation_top1 !== null && { validation_top1 }) };
}

/** What torch-pruning aims at: the speed of Decant's file, or the speed asked for where there is none. */
async function speedsOf({ baseline, folder }: PeerContext, own: ReadonlyMap<number, OwnRun>) {
  const kept = [...own].flatMap(([share, { file }]) => (file ? [{ name: String(share), path: file.model }] : []));
  const timed = await stage(join(folder, "own-speeds.json"), async () => {
    const all = await timeTogether([{ name: "baseline", path: baseline }, ...kept], 5, 20);
    return kept.map(({ name }): [number, number] => [Number(name), all.get(name)!.speedup.value]);
  });
  return new Map([...own.keys()].map((share) => [share, new Map(timed).get(share) ?? share]));
}

function ownFiles(own: ReadonlyMap<number, OwnRun>): FileToMeasure[] {
  return [...own].flatMap(([share, { file, teacher, images_seen, training_seconds }]): FileToMeasure[] => {
    const facts = { share, images_seen, training_seconds };
    const fp32: FileToMeasure[] = [];
    if (teacher) {
      const { onnx: path, input_size } = teacher;
      fp32.push({ side: "fp32", name: `teacher-1/${share}`, path, input_size, ...facts });
    }
    if (!file) return fp32;
    const { model: path, ...known } = file;
    return [...fp32, { side: "decant", name: `decant-1/${share}`, path, ...known, ...facts }];
  });
}

function refusals(own: ReadonlyMap<number, OwnRun>): ChainFailure[] {
  return [...own].flatMap(([share, { file, status, headline }]): ChainFailure[] =>
    file ? [] : [{ side: "decant", name: `decant-1/${share}`, share, error: `${status}: ${headline}` }],
  );
}

function hash(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 8);
}
