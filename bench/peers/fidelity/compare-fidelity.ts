// Fidelity: for each network and data set, how close every side's int8 file is to the fp32 file it came from. Recorded
// side by side as they come, so that a killed comparison goes on where it was.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, rm } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { top1 } from "../../../core/statistics/accuracy.ts";
import type { Logits } from "../../../core/statistics/logits.ts";
import { STEP_VERSIONS } from "../../../core/workflow/steps.ts";
import type { ResultFile } from "../../result-file.ts";
import { sitePackages } from "../environment.ts";
import { FIDELITY_NETWORKS, type FidelityNetwork } from "../pairs.ts";
import { copyFiles, type DataSet, drawCalibration, readDataSet, writeLabels, writePixels } from "../samples.ts";
import { PEER_RECIPES, type QuantizeJob, quantizeWithDecant, quantizeWithPeer } from "../sides.ts";
import { stage } from "../stage.ts";
import { fidelityOf, logitsOnPixels } from "./closeness.ts";
import {
  type Facts,
  type FidelityRecord,
  findPair,
  isComplete,
  isMeasured,
  isSameWork,
  type PairResult,
  type SideResult,
  type Sides,
  withSide,
} from "./record.ts";
import { isWorthRepeating } from "./worth-repeating.ts";

const MAKE_MODEL = fileURLToPath(new URL("../make_model.py", import.meta.url));

export interface FidelityContext {
  /** Never emptied here: another seed goes on with the same fp32 files. */
  readonly work: string;
  /** Interpreters: the peers' and the project's. */
  readonly peers: string;
  readonly project: string;
  readonly samples: number;
  readonly seeds: number;
  /** The first so many of FIDELITY_NETWORKS. */
  readonly networks: number;
  readonly command: string;
  readonly facts: Facts;
  readonly file: ResultFile<FidelityRecord>;
}

/** Adds what is not recorded yet, pair by pair, so that another machine can go on with the next pair. */
export async function compareFidelity(context: FidelityContext, sources: readonly string[]): Promise<void> {
  for (const network of FIDELITY_NETWORKS.slice(0, context.networks))
    for (const source of sources) {
      const pair = { network, data: await readDataSet(source), name: basename(resolve(source)) };
      if (await isRecorded(context, pair)) continue;
      for (let seed = 0; seed < context.seeds; seed += 1) await comparePair(context, pair, seed);
    }
}

async function isRecorded(context: FidelityContext, pair: Pair): Promise<boolean> {
  const { seeds, facts, file } = context;
  return isComplete(
    await file.read(),
    workOf(context, pair),
    { seeds, ...facts },
    (seed, recorded) => missingSides(recorded.seeds, seed).length === 0,
  );
}

/** Of a draw: what is not measured yet and worth it. */
function missingSides(seeds: PairResult["seeds"], seed: number): string[] {
  const sidesOf = (of: number) => seeds.find((each) => each.seed === of)?.sides;
  const first = seed === 0 ? undefined : sidesOf(0);
  const wanted = ["decant", ...PEER_RECIPES].filter((side) => first === undefined || isWorthRepeating(side, first));
  return wanted.filter((side) => !isCurrent(side, sidesOf(seed)?.[side]));
}

function workOf({ samples }: FidelityContext, { network, data, name }: Pair) {
  return {
    network: network.architecture,
    size: network.size,
    data: name,
    manifest_hash: data.manifest_hash,
    calibration_count: Math.min(samples, data.train.length),
  };
}

interface Pair {
  readonly network: FidelityNetwork;
  readonly data: DataSet;
  readonly name: string;
}

function folderOf({ work }: FidelityContext, { network: { architecture, size }, name }: Pair): string {
  return join(work, `fidelity-${name}-${architecture}-${size}`);
}

async function comparePair(context: FidelityContext, pair: Pair, seed: number): Promise<void> {
  const { data } = pair;
  const folder = folderOf(context, pair);
  const at = (file: string) => join(folder, file);
  await mkdir(folder, { recursive: true });
  const { top1_fp32, fp32_sha256 } = await stage(at("made.json"), () => makePair(context, pair, folder));
  const { cpu_model } = context.facts.machine;
  const facts = { ...workOf(context, pair), fp32_sha256, top1_fp32, cpu_model };
  const found = findPair((await context.file.read())?.pairs ?? [], facts);
  const missing = missingSides(found && isSameWork(found, facts) ? found.seeds : [], seed);
  if (missing.length === 0) return;
  const job = await calibrationJob(context, pair, seed, folder);
  const fp32 = await logitsOnPixels(at("fp32.onnx"), at("held-out.npy"));
  const labels = data.held_out.map(({ label }) => data.classes.indexOf(label));
  for (const side of missing) {
    const output = at(`${side}-${seed}.onnx`);
    await rm(output, { force: true });
    const made =
      side === "decant"
        ? await quantizeWithDecant({ ...job, output }, seed)
        : await quantizeWithPeer(context.peers, side, { ...job, output });
    const result =
      "error" in made ? made : await measured(side, made.seconds, output, at("held-out.npy"), fp32, labels);
    console.error(`${basename(folder)} ${side} seed ${seed}: ${describe(result)}`);
    await keep(context, facts, seed, { [side]: result });
    await rm(output, { force: true });
  }
}

/** Decant's own results belong to a version of its quantizer. */
function isCurrent(side: string, result: SideResult | undefined): boolean {
  if (result === undefined) return false;
  return side !== "decant" || (isMeasured(result) && result.version === STEP_VERSIONS.quantize);
}

async function makePair(context: FidelityContext, { network, data }: Pair, folder: string) {
  const at = (file: string) => join(folder, file);
  const { architecture, size } = network;
  await writePixels(data.root, data.train, size, at("train.npy"));
  await writeLabels(data, data.train, at("labels.npy"));
  await writePixels(data.root, data.held_out, size, at("held-out.npy"));
  const weights = join(sitePackages(context.peers), network.weights);
  const args = [MAKE_MODEL, architecture, weights, String(size), at("fp32.onnx"), at("train.npy"), at("labels.npy")];
  execFileSync(context.project, args, { stdio: "inherit" });
  const labels = data.held_out.map(({ label }) => data.classes.indexOf(label));
  const fp32 = await logitsOnPixels(at("fp32.onnx"), at("held-out.npy"));
  const fp32_sha256 = createHash("sha256")
    .update(await readFile(at("fp32.onnx")))
    .digest("hex");
  return { top1_fp32: 100 * top1(fp32, labels).value, fp32_sha256 };
}

async function calibrationJob(
  context: FidelityContext,
  { network, data }: Pair,
  seed: number,
  folder: string,
): Promise<Omit<QuantizeJob, "output">> {
  const drawn = drawCalibration(data, context.samples, seed);
  const [pixels, pictures] = [join(folder, `calibration-${seed}.npy`), join(folder, `pictures-${seed}`)];
  await writePixels(data.root, drawn, network.size, pixels);
  await copyFiles(data.root, drawn, pictures);
  return { model: join(folder, "fp32.onnx"), pixels, pictures, count: drawn.length };
}

/** Results of pairs that were recorded without their fp32 file's hash can't be gone on with. */
async function keep(context: FidelityContext, pair: Omit<PairResult, "seeds">, seed: number, sides: Sides) {
  const pairs = ((await context.file.read())?.pairs ?? []).filter(({ fp32_sha256 }) => fp32_sha256 !== undefined);
  const { command, facts, file } = context;
  await file.write({ command, pairs: withSide(pairs, pair, seed, sides), ...facts });
}

/** A file that its runtime refuses is an error of the side that wrote it. */
async function measured(
  side: string,
  seconds: number,
  output: string,
  pixels: string,
  fp32: Logits,
  labels: readonly number[],
): Promise<SideResult> {
  try {
    const fidelity = fidelityOf(fp32, await logitsOnPixels(output, pixels), labels);
    return { ...fidelity, seconds, ...(side === "decant" && { version: STEP_VERSIONS.quantize }) };
  } catch (error) {
    return { error: `ONNX Runtime: ${(error as Error).message.split("\n")[0]?.slice(0, 300)}` };
  }
}

function describe(result: SideResult): string {
  if (!isMeasured(result)) return result.error;
  return `KL ${result.kl_mean.toFixed(5)}, ${result.disagreements} of ${result.n} other answers, ${result.seconds} s`;
}
