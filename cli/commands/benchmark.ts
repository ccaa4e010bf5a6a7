// decant benchmark MODEL.onnx [OTHER.onnx ...]: latency in alternating blocks, size, MACs, parameters, ratios.
import { availableParallelism } from "node:os";
import type { Command } from "commander";
import { measureCost, measureLatency } from "../../adapters/latency/measure.ts";
import type { CostAnswer } from "../../adapters/latency/measuring-request.ts";
import { DecantError } from "../../core/errors/problem.ts";
import { type ComparedModel, compareModels } from "../../core/statistics/compare-models.ts";
import { isReadable } from "../readable-file.ts";

const RUNS_PER_BLOCK = 20;

interface BenchmarkOptions {
  readonly threads: string;
  readonly blocks: string;
  readonly json?: boolean;
}

interface BenchmarkedModel extends ComparedModel {
  readonly size_bytes: number;
  readonly sha256: string;
  readonly parameters: number;
  readonly macs: number | null;
}

export function registerBenchmark(program: Command): void {
  program
    .command("benchmark")
    .description("time models against each other in alternating blocks; count size, MACs and parameters")
    .argument("<model...>", "ONNX files; ratios are over the first")
    .option("--threads <number>", "threads of a model", "1")
    .option("--blocks <number>", "blocks of 20 runs of each model", "9")
    .option("--json", "one line of JSON")
    .addHelpText("after", "\nExample:\n  $ decant benchmark float.onnx int8.onnx --threads 1")
    .action(benchmark);
}

async function benchmark(paths: readonly string[], options: BenchmarkOptions): Promise<void> {
  const threads = wholeNumber("--threads", options.threads, 1, 256);
  const blocks = wholeNumber("--blocks", options.blocks, 5, 1000);
  await checkFiles(paths);
  const { signal } = new AbortController();
  const costs: CostAnswer[] = [];
  for (const path of paths) costs.push(await measureCost({ kind: "cost", path }, signal));
  const models = paths.map((path) => ({ name: path, path }));
  const answer = await measureLatency(
    { kind: "latency", models, threads, blocks, runs_per_block: RUNS_PER_BLOCK },
    signal,
  );
  const results = compareModels(paths, answer.blocks_ms).map((compared, at): BenchmarkedModel => {
    const { size_bytes, sha256 } = answer.files[at]!;
    const { parameters, macs } = costs[at]!;
    return { ...compared, size_bytes, sha256, parameters, macs };
  });
  process.stdout.write(options.json ? `${JSON.stringify({ threads, models: results })}\n` : asText(results, threads));
}

async function checkFiles(paths: readonly string[]): Promise<void> {
  const problems = [];
  for (const path of paths) {
    if (!(await isReadable(path)))
      problems.push({ message: "expected an ONNX file, but it can't be read", where: path });
  }
  const twice = paths.filter((path, at) => paths.indexOf(path) < at);
  for (const path of twice) problems.push({ message: "expected each file once", where: path });
  if (problems.length > 0) throw new DecantError("InvalidInput", problems);
}

function asText(models: readonly BenchmarkedModel[], threads: number): string {
  const { blocks, runs_per_block } = models[0]!.latency;
  const head = `${blocks} alternating blocks of ${runs_per_block} runs, batch 1, ${threads} of ${availableParallelism()} threads, random input, fresh process\n`;
  return head + models.map((model, at) => modelText(model, at === 0)).join("");
}

function modelText({ name, latency, size_bytes, parameters, macs }: BenchmarkedModel, first: boolean): string {
  const { ms_p50, ms_p95, ms_p99, speedup_over_baseline } = latency;
  const { value, low, high } = speedup_over_baseline;
  const millions = (count: number | null) => (count === null ? "unknown" : `${(count / 1e6).toFixed(2)} million`);
  return [
    name,
    `  latency   p50 ${ms_p50.toFixed(2)} ms, p95 ${ms_p95.toFixed(2)} ms, p99 ${ms_p99.toFixed(2)} ms`,
    ...(first
      ? []
      : [`  speed-up  ${value.toFixed(2)} over the first (95 % interval ${low.toFixed(2)} to ${high.toFixed(2)})`]),
    `  size      ${size_bytes} bytes, ${millions(parameters)} parameters, ${millions(macs)} MACs`,
    "",
  ].join("\n");
}

function wholeNumber(option: string, text: string, low: number, high: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= low && number <= high) return number;
  throw new DecantError("InvalidInput", `expected ${option} to be a whole number from ${low} to ${high}, got ${text}`);
}
