// decant verify ARTIFACT: every hash, then the model in a fresh process, measured again and held against each promise.
import { join } from "node:path";
import type { Command } from "commander";
import { checkArtifact, countFilePairs } from "../../adapters/artifact-check.ts";
import { predictImages, readLabelledImages, sha256Of } from "../../adapters/labelled-images.ts";
import { measureLatency } from "../../adapters/latency/measure.ts";
import { PROMISE_TIMING } from "../../adapters/latency/promise-timing.ts";
import { readMachine } from "../../adapters/machine.ts";
import { openPredictor } from "../../adapters/predictor.ts";
import { verifyPortability } from "../../core/gate/portability.ts";
import { type MeasuredAccuracy, type Remeasured, verifyPromises } from "../../core/gate/verification.ts";
import type { ReportModel } from "../../core/report/report-model.ts";
import { chooseHeldOut, type RecordedTest } from "../../core/split/held-out.ts";
import { latencyOf } from "../../core/statistics/latency.ts";
import { wilson } from "../../core/statistics/wilson.ts";
import { INFEASIBLE } from "../exit-codes.ts";
import { pythonInterpreter } from "../laptop/python.ts";
import { promiseLines } from "../promise-lines.ts";

interface VerifyOptions {
  readonly data?: string;
  readonly strict?: boolean;
  readonly json?: boolean;
}

interface AccuracyHere extends MeasuredAccuracy {
  readonly part: "test" | "all";
  readonly refused: readonly { readonly path: string; readonly detail: string }[];
}

export function registerVerify(program: Command): void {
  program
    .command("verify")
    .description(
      "check an artifact's hashes and portability, measure it again and hold it against each of its promises",
    )
    .argument("<artifact>", "folder that decant run printed")
    .option(
      "--data <source>",
      "labelled images: a folder, CSV or manifest; the recorded test images in it, else its test split or all",
    )
    .option("--strict", "end with 3 where a promise can't be measured here, too")
    .option("--json", "one line of JSON")
    .addHelpText("after", "\nExample:\n  $ decant verify .decant/runs/flowers-0123456789ab/artifact --data ./flowers")
    .action(verify);
}

async function verify(artifact: string, options: VerifyOptions): Promise<void> {
  const { signal } = new AbortController();
  const report = await checkArtifact(artifact);
  const model = join(artifact, "model.onnx");
  const request = {
    kind: "latency" as const,
    models: [{ name: "model", path: model }],
    threads: report.job.threads,
    ...PROMISE_TIMING,
  };
  const { files, blocks_ms } = await measureLatency(request, signal);
  const latency = latencyOf(blocks_ms.model!, blocks_ms.model!);
  const accuracy = options.data === undefined ? null : await measureAccuracy(artifact, report, options.data, signal);
  const machine = await readMachine(pythonInterpreter(process.env));
  const again: Remeasured = { size_bytes: files[0]!.size_bytes, machine, latency, accuracy };
  const promises = verifyPromises(report, again);
  const portability = verifyPortability(
    report.quantization === null ? null : report.quantization.portability,
    await countFilePairs(model),
  );
  const broken = [...promises, portability].some(({ verdict }) => verdict === "failed");
  const open = promises.some(({ verdict }) => verdict === "not-measured");
  const { samples_ms: _, speedup_over_baseline: __, ...times } = latency;
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ artifact, hashes: "right", promises, portability, latency: times, accuracy })}\n`
      : asText(artifact, again, accuracy) +
          `  portability: ${portability.reason}\n` +
          promiseLines(promises) +
          warning(open, options.strict ?? false),
  );
  if (broken || (open && options.strict)) process.exitCode = INFEASIBLE.exit_code;
}

async function measureAccuracy(
  artifact: string,
  report: ReportModel,
  source: string,
  signal: AbortSignal,
): Promise<AccuracyHere> {
  const predictor = await openPredictor(artifact, report.job.threads);
  const { root, samples } = await readLabelledImages(source, signal);
  const held = chooseHeldOut(samples, recordedTest(report), sha256Of);
  const { labels, predicted, refused } = await predictImages(predictor, root, held.samples);
  const right = predicted.filter((answer, at) => answer === labels[at]).length;
  const top1 = labels.length === 0 ? { value: 0, count: 0, n: 0, low: 0, high: 1 } : wilson(right, labels.length);
  const { part, as_recorded, detail } = held;
  if (refused.length === 0) return { top1, as_recorded, detail, part, refused };
  return { top1, as_recorded: false, detail: `${detail}; ${refused.length} can't be decoded here`, part, refused };
}

function recordedTest({ data, provenance }: ReportModel): RecordedTest {
  const { test_digest, test_sha256 } = provenance.data;
  const copies = ["duplicate", "contradictory-label"];
  return {
    digest: test_digest,
    hashes: test_sha256,
    counts: new Map(data.classes.map((name, at) => [name, data.counts.test[at] ?? 0])),
    undecodable: new Set(data.left_out.filter(({ reason }) => !copies.includes(reason)).map(({ path }) => path)),
  };
}

function asText(artifact: string, { size_bytes, latency }: Remeasured, accuracy: AccuracyHere | null): string {
  const lines = [
    `${artifact}: every file has the hash of its manifest`,
    `  ${size_bytes} bytes; p50 ${latency.ms_p50.toFixed(2)} ms, p95 ${latency.ms_p95.toFixed(2)} ms in ${latency.blocks} blocks of ${PROMISE_TIMING.runs_per_block} runs, fresh process`,
  ];
  if (accuracy) {
    const { value, low, high, n } = accuracy.top1;
    const interval = `${(low * 100).toFixed(1)} to ${(high * 100).toFixed(1)}`;
    const images = accuracy.part === "test" ? "images of the test split" : "images, all that are there";
    lines.push(`  top-1 ${(value * 100).toFixed(1)} % (95 % interval ${interval}) of ${n} ${images}`);
    lines.push(`  ${accuracy.detail}`);
    for (const { path, detail } of accuracy.refused) lines.push(`  left out: ${path}: ${detail}`);
  }
  return `${lines.join("\n")}\n`;
}

function warning(open: boolean, strict: boolean): string {
  if (!open) return "";
  return strict
    ? "A promise that is not measured counts as broken here (--strict).\n"
    : "Warning: not every promise could be measured here.\n";
}
