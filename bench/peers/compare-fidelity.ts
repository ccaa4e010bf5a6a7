// Fidelity: for each network and data set, how close every side's int8 file is to the fp32 file it came from.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { top1 } from "../../core/statistics/accuracy.ts";
import type { Logits } from "../../core/statistics/logits.ts";
import { sitePackages } from "./environment.ts";
import { type Fidelity, fidelityOf, logitsOnPixels } from "./fidelity.ts";
import { FIDELITY_NETWORKS, type FidelityNetwork } from "./pairs.ts";
import { copyFiles, type DataSet, drawCalibration, readDataSet, writeLabels, writePixels } from "./samples.ts";
import { PEER_RECIPES, type QuantizeJob, quantizeWithDecant, quantizeWithPeer } from "./sides.ts";

const MAKE_MODEL = fileURLToPath(new URL("make_model.py", import.meta.url));

export interface CompareContext {
  /** Scratch. */
  readonly folder: string;
  /** Interpreters: the peers' and the project's. */
  readonly peers: string;
  readonly project: string;
  readonly samples: number;
  readonly seeds: number;
  /** The first so many of FIDELITY_NETWORKS. */
  readonly networks: number;
}

export type SideResult = (Fidelity & { readonly seconds: number }) | { readonly error: string };

export interface PairResult {
  readonly network: string;
  readonly size: number;
  readonly data: string;
  readonly manifest_hash: string;
  readonly top1_fp32: number;
  readonly calibration_count: number;
  /** By seed: which calibration pictures were drawn. */
  readonly seeds: readonly { readonly seed: number; readonly sides: Readonly<Record<string, SideResult>> }[];
}

export async function compareFidelity(context: CompareContext, sources: readonly string[]): Promise<PairResult[]> {
  const pairs: PairResult[] = [];
  for (const source of sources) {
    const data = await readDataSet(source);
    for (const network of FIDELITY_NETWORKS.slice(0, context.networks)) {
      const pair = await comparePair(context, network, data, source.replace(/\/+$/, "").split("/").at(-1)!);
      pairs.push(pair);
    }
  }
  return pairs;
}

async function comparePair(
  context: CompareContext,
  network: FidelityNetwork,
  data: DataSet,
  name: string,
): Promise<PairResult> {
  const { architecture, size } = network;
  const at = (file: string) => join(context.folder, `${name}-${architecture}-${size}-${file}`);
  await writePixels(data.root, data.train, size, at("train.npy"));
  await writeLabels(data, data.train, at("labels.npy"));
  await writePixels(data.root, data.held_out, size, at("held-out.npy"));
  const weights = join(sitePackages(context.peers), network.weights);
  const args = [MAKE_MODEL, architecture, weights, String(size), at("fp32.onnx"), at("train.npy"), at("labels.npy")];
  execFileSync(context.project, args, { stdio: "inherit" });
  const labels = data.held_out.map(({ label }) => data.classes.indexOf(label));
  const fp32 = await logitsOnPixels(at("fp32.onnx"), at("held-out.npy"));
  const seeds: PairResult["seeds"][number][] = [];
  for (let seed = 0; seed < context.seeds; seed += 1) {
    const drawn = drawCalibration(data, context.samples, seed);
    await writePixels(data.root, drawn, size, at(`calibration-${seed}.npy`));
    await copyFiles(data.root, drawn, at(`pictures-${seed}`));
    const job = {
      model: at("fp32.onnx"),
      pixels: at(`calibration-${seed}.npy`),
      pictures: at(`pictures-${seed}`),
      count: drawn.length,
    };
    const sides = await compareSides(context, job, seed, { fp32, labels, pixels: at("held-out.npy"), at });
    seeds.push({ seed, sides });
  }
  return {
    network: architecture,
    size,
    data: name,
    manifest_hash: data.manifest_hash,
    top1_fp32: 100 * top1(fp32, labels).value,
    calibration_count: Math.min(context.samples, data.train.length),
    seeds,
  };
}

interface Reference {
  readonly fp32: Logits;
  readonly labels: readonly number[];
  readonly pixels: string;
  readonly at: (file: string) => string;
}

async function compareSides(
  context: CompareContext,
  job: Omit<QuantizeJob, "output">,
  seed: number,
  { fp32, labels, pixels, at }: Reference,
): Promise<Record<string, SideResult>> {
  const sides: Record<string, SideResult> = {};
  for (const side of ["decant", ...PEER_RECIPES]) {
    const output = at(`${side}-${seed}.onnx`);
    const made =
      side === "decant"
        ? await quantizeWithDecant({ ...job, output }, seed)
        : await quantizeWithPeer(context.peers, side, { ...job, output });
    sides[side] = "error" in made ? made : await measured(made.seconds, output, pixels, fp32, labels);
    console.error(`${at("").split("/").at(-1)}${side} seed ${seed}: ${JSON.stringify(sides[side])}`);
  }
  return sides;
}

/** A file that its runtime refuses is an error of the side that wrote it. */
async function measured(
  seconds: number,
  output: string,
  pixels: string,
  fp32: Logits,
  labels: readonly number[],
): Promise<SideResult> {
  try {
    return { ...fidelityOf(fp32, await logitsOnPixels(output, pixels), labels), seconds };
  } catch (error) {
    return { error: `ONNX Runtime: ${(error as Error).message.split("\n")[0]?.slice(0, 300)}` };
  }
}
