// Both sides of the comparison as commands: each turns the same fp32 file and the same pictures into a quantized file.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const projectRoot = fileURLToPath(new URL("../../", import.meta.url));

/** Of the given pictures Decant calibrates on four fifths and chooses on the rest; peers calibrate on all. */
const CALIBRATION_SHARE = 0.8;
const RECIPE_MS_MAX = 600_000;

/** bench/peers/quantize.py has the same list. */
export const PEER_RECIPES = [
  "aimet-cle",
  "neural-compressor",
  "nncf-bias",
  "nncf-mixed",
  "nncf-performance",
  "nncf-per-tensor",
  "ort-entropy",
  "ort-minmax",
  "ort-per-tensor",
  "ort-percentile",
  "ort-reduce-range",
  "ort-s8s8",
] as const;

export interface QuantizeJob {
  readonly model: string;
  /** uint8 [N,H,W,3]. */
  readonly pixels: string;
  /** The same pictures as files. */
  readonly pictures: string;
  readonly count: number;
  readonly output: string;
}

export type Made = { readonly seconds: number } | { readonly error: string };

export function quantizeWithPeer(
  python: string,
  recipe: string,
  job: Pick<QuantizeJob, "model" | "pixels" | "output">,
): Promise<Made> {
  const script = join(projectRoot, "bench/peers/quantize.py");
  return timed(python, [script, recipe, job.model, job.pixels, job.output]);
}

export function quantizeWithDecant(job: QuantizeJob, seed: number): Promise<Made> {
  const samples = String(Math.floor(job.count * CALIBRATION_SHARE));
  const command = ["quantize", job.model, "--data", job.pictures, "-o", job.output, "--resize", "cover"];
  const options = ["--samples", samples, "--seed", String(seed), "--json"];
  return timed(process.execPath, [join(projectRoot, "cli/main.ts"), ...command, ...options]);
}

/** Seconds, or the last line that a failing command wrote. */
function timed(command: string, args: readonly string[]): Promise<Made> {
  const start = performance.now();
  return new Promise((done) => {
    const child = spawn(command, args, { stdio: ["ignore", "ignore", "pipe"], timeout: RECIPE_MS_MAX });
    let text = "";
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      text = (text + chunk).slice(-20_000);
    });
    child.on("error", (error) => done({ error: error.message }));
    child.on("close", (code, signal) => {
      if (code === 0) done({ seconds: Math.round((performance.now() - start) / 100) / 10 });
      else done({ error: lastLine(text) ?? `ended with ${signal ?? code}` });
    });
  });
}

/** What a failing command said last. */
export function lastLine(text: string): string | undefined {
  return text
    .split("\n")
    .filter((line) => /\w/.test(line))
    .at(-1)
    ?.replace(/ \(\/[^)]*\)/, "") // where this machine keeps its packages
    .trim()
    .slice(0, 300);
}
