// Speed: each side's int8 file against the fp32 file it came from, one thread, alternating blocks in one fresh process.
import { execFileSync } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { measureLatency } from "../../../adapters/latency/measure.ts";
import { latencyOf } from "../../../core/statistics/latency.ts";
import { STEP_VERSIONS } from "../../../core/workflow/steps.ts";
import type { ResultFile } from "../../result-file.ts";
import type { Facts } from "../fidelity/record.ts";
import { SPEED_NETWORKS } from "../pairs.ts";
import { copyFiles, drawCalibration, readDataSet, writePixels } from "../samples.ts";
import { PEER_RECIPES, quantizeWithDecant, quantizeWithPeer } from "../sides.ts";
import type { SpeedRecord, SpeedResult } from "./record.ts";

const MAKE_MODEL = fileURLToPath(new URL("../make_model.py", import.meta.url));
const BLOCKS = 9;
const RUNS_PER_BLOCK = 20;
/** Ranges of random weights need few pictures. */
const SAMPLES = 40;
/** Slow calibrators write the same nodes as ort-minmax does, so they run as fast. */
const SKIPPED: readonly string[] = ["ort-entropy", "ort-percentile", "ort-reduce-range", "nncf-bias"];

export interface SpeedContext {
  readonly work: string;
  /** Interpreters: the peers' and the project's. */
  readonly peers: string;
  readonly project: string;
  readonly command: string;
  readonly facts: Facts;
  readonly file: ResultFile<SpeedRecord>;
}

/** Measures the networks that are not recorded yet with this version of the quantizer on this CPU; other CPUs' results stay. */
export async function compareSpeed(context: SpeedContext, source: string): Promise<void> {
  const { command, facts, file } = context;
  const folder = join(context.work, "speed");
  const data = await readDataSet(source);
  const drawn = drawCalibration(data, SAMPLES, 0);
  for (const named of SPEED_NETWORKS) {
    const { architecture, size } = named;
    const isSame = ({ network, size: px, cpu_model }: SpeedResult) =>
      network === architecture && px === size && cpu_model === facts.machine.cpu_model;
    const recorded = (await file.read())?.networks ?? [];
    if (recorded.some((each) => isSame(each) && each.version === STEP_VERSIONS.quantize)) continue;
    const at = (name: string) => join(folder, `${architecture}-${size}-${name}`);
    await copyFiles(data.root, drawn, at("pictures"));
    await writePixels(data.root, drawn, size, at("pixels.npy"));
    const args = [MAKE_MODEL, architecture, "random", String(size), at("fp32.onnx")];
    execFileSync(context.project, args, { stdio: "inherit" });
    const job = { model: at("fp32.onnx"), pixels: at("pixels.npy"), pictures: at("pictures"), count: drawn.length };
    const result = await compareNetwork(context, named, job, at);
    console.error(JSON.stringify(result));
    await file.write({ command, networks: [...recorded.filter((each) => !isSame(each)), result], ...facts });
  }
  await rm(folder, { recursive: true, force: true });
}

async function compareNetwork(
  context: SpeedContext,
  { architecture, size }: (typeof SPEED_NETWORKS)[number],
  job: { readonly model: string; readonly pixels: string; readonly pictures: string; readonly count: number },
  at: (file: string) => string,
): Promise<SpeedResult> {
  const failed: Record<string, { error: string }> = {};
  const models = [{ name: "fp32", path: job.model, npy: job.pixels }];
  for (const side of ["decant", ...PEER_RECIPES].filter((each) => !SKIPPED.includes(each))) {
    const output = at(`${side}.onnx`);
    await rm(output, { force: true });
    const made =
      side === "decant"
        ? await quantizeWithDecant({ ...job, output }, 0)
        : await quantizeWithPeer(context.peers, side, { ...job, output });
    const refused = "error" in made ? made.error : await refusal(output, job.pixels);
    if (refused === undefined) models.push({ name: side, path: output, npy: job.pixels });
    else failed[side] = { error: refused };
  }
  const timing = { threads: 1, blocks: BLOCKS, runs_per_block: RUNS_PER_BLOCK, clock: "cpu" } as const;
  const request = { kind: "latency", models, ...timing } as const;
  const { blocks_ms } = await measureLatency(request, new AbortController().signal);
  const fp32 = blocks_ms.fp32!;
  const sides = models.slice(1).map(({ name }) => {
    const { value, low, high } = latencyOf(blocks_ms[name]!, fp32).speedup_over_baseline;
    return [name, { speedup: value, low, high }] as const;
  });
  return {
    network: architecture,
    size,
    version: STEP_VERSIONS.quantize,
    cpu_model: context.facts.machine.cpu_model,
    fp32_ms_p50: latencyOf(fp32, fp32).ms_p50,
    sides: { ...Object.fromEntries(sides), ...failed },
  };
}

/** Why ONNX Runtime can't run a file, or undefined. */
async function refusal(path: string, npy: string): Promise<string | undefined> {
  const models = [{ name: "one", path, npy }];
  const request = { kind: "latency", models, threads: 1, blocks: 1, runs_per_block: 1 } as const;
  try {
    await measureLatency(request, new AbortController().signal);
    return undefined;
  } catch (error) {
    return `ONNX Runtime: ${(error as Error).message.split("\n")[0]?.slice(0, 300)}`;
  }
}
