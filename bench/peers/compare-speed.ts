// Speed: each side's int8 file against the fp32 file it came from, one thread, alternating blocks in one fresh process.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { measureLatency } from "../../adapters/latency/measure.ts";
import { latencyOf } from "../../core/statistics/latency.ts";
import type { CompareContext } from "./compare-fidelity.ts";
import { SPEED_NETWORKS } from "./pairs.ts";
import { copyFiles, drawCalibration, readDataSet, writePixels } from "./samples.ts";
import { PEER_RECIPES, quantizeWithDecant, quantizeWithPeer } from "./sides.ts";

const MAKE_MODEL = fileURLToPath(new URL("make_model.py", import.meta.url));
const BLOCKS = 9;
const RUNS_PER_BLOCK = 20;
/** Ranges of random weights need few pictures. */
const SAMPLES = 40;
/** Slow calibrators write the same nodes as ort-minmax does, so they run as fast. */
const SKIPPED: readonly string[] = ["ort-entropy", "ort-percentile", "ort-reduce-range", "nncf-bias"];

export interface SpeedResult {
  readonly network: string;
  readonly size: number;
  readonly fp32_ms_p50: number;
  readonly sides: Readonly<
    Record<
      string,
      { readonly speedup: number; readonly low: number; readonly high: number } | { readonly error: string }
    >
  >;
}

export async function compareSpeed(context: CompareContext, source: string): Promise<SpeedResult[]> {
  const data = await readDataSet(source);
  const drawn = drawCalibration(data, SAMPLES, 0);
  await copyFiles(data.root, drawn, join(context.folder, "speed-pictures"));
  const results: SpeedResult[] = [];
  for (const { architecture, size } of SPEED_NETWORKS) {
    const at = (file: string) => join(context.folder, `speed-${architecture}-${size}-${file}`);
    await writePixels(data.root, drawn, size, at("pixels.npy"));
    execFileSync(context.project, [MAKE_MODEL, architecture, "random", String(size), at("fp32.onnx")], {
      stdio: "inherit",
    });
    const job = { model: at("fp32.onnx"), pixels: at("pixels.npy"), pictures: join(context.folder, "speed-pictures") };
    results.push(await compareNetwork(context, { architecture, size }, { ...job, count: drawn.length }, at));
    console.error(JSON.stringify(results.at(-1)));
  }
  return results;
}

async function compareNetwork(
  context: CompareContext,
  { architecture, size }: (typeof SPEED_NETWORKS)[number],
  job: { readonly model: string; readonly pixels: string; readonly pictures: string; readonly count: number },
  at: (file: string) => string,
): Promise<SpeedResult> {
  const failed: Record<string, { error: string }> = {};
  const models = [{ name: "fp32", path: job.model, npy: job.pixels }];
  for (const side of ["decant", ...PEER_RECIPES].filter((each) => !SKIPPED.includes(each))) {
    const output = at(`${side}.onnx`);
    const made =
      side === "decant"
        ? await quantizeWithDecant({ ...job, output }, 0)
        : await quantizeWithPeer(context.peers, side, { ...job, output });
    const refused = "error" in made ? made.error : await refusal(output, job.pixels);
    if (refused === undefined) models.push({ name: side, path: output, npy: job.pixels });
    else failed[side] = { error: refused };
  }
  const request = { kind: "latency", models, threads: 1, blocks: BLOCKS, runs_per_block: RUNS_PER_BLOCK } as const;
  const { blocks_ms } = await measureLatency(request, new AbortController().signal);
  const fp32 = blocks_ms.fp32!;
  const sides = models.slice(1).map(({ name }) => {
    const { value, low, high } = latencyOf(blocks_ms[name]!, fp32).speedup_over_baseline;
    return [name, { speedup: value, low, high }] as const;
  });
  return {
    network: architecture,
    size,
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
