// Runs one job from raw files to report in a fresh store, as a user would, and records what came out and what it took.
// Usage: npm run bench:job -- --data ../shared/data/flowers --name flowers --size "2.5 MB" --drop "3 %" --time "10 min"
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { ReportModel } from "../core/report/report-model.ts";
import { recordedMachine } from "./recorded-machine.ts";

const projectRoot = fileURLToPath(new URL("../", import.meta.url));

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    name: { type: "string" },
    size: { type: "string", default: "2.5 MB" },
    drop: { type: "string", default: "3 %" },
    latency: { type: "string" },
    time: { type: "string", default: "10 min" },
    keep: { type: "boolean", default: false },
  },
});
if (!values.data || !values.name)
  throw new Error("Expected --data FOLDER and --name NAME; see the first lines of the file.");

interface LastLine {
  readonly status: string;
  readonly report: string | null;
  readonly artifact: string | null;
}

/** Runs `decant run JOB --json`; answers its last line and the seconds from start to exit. */
function runDecant(job: string): Promise<{ last: LastLine; seconds: number }> {
  const start = performance.now();
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [join(projectRoot, "bin/decant.mjs"), "run", job, "--json"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    child.on("error", fail);
    child.on("exit", () => {
      const last = text.trim().split("\n").at(-1) ?? "{}";
      done({ last: JSON.parse(last), seconds: Math.round((performance.now() - start) / 100) / 10 });
    });
  });
}

/** The figures that the docs quote, each with its n and interval where it has one. */
function summarize(report: ReportModel) {
  const { file, teacher, baseline, provenance } = report;
  return {
    outcome: report.outcome,
    headline: report.headline,
    teacher: teacher && { input_size: teacher.input_size, strategy: teacher.strategy, test_top1: teacher.top1 },
    shipped: file && {
      candidate: file.candidate_id,
      precision: file.precision,
      size_bytes: file.size_bytes,
      parameters: file.parameters,
      macs: file.macs,
      test_top1: file.accuracy.top1,
      macro_recall: file.accuracy.macro_recall,
      drop_points: file.accuracy.drop_points,
      agreement_with_fp32: file.agreement_with_fp32,
      fp32_validation_top1: file.fp32.validation_top1,
      latency_ms_p50: file.latency.ms_p50,
      latency_ms_p95: file.latency.ms_p95,
      speedup_over_baseline: file.latency.speedup_over_baseline,
      speedup_of_fp32: file.fp32.latency.speedup_over_baseline,
    },
    baseline: baseline && {
      name: baseline.display_name,
      input_size: baseline.input_size,
      latency_ms_p50: baseline.latency.ms_p50,
    },
    promises: report.promises,
    /** What was not preparing, training, quantizing or measuring, as a share of the run's time. */
    orchestration: { working_s: report.cost.working_s, overhead_ratio: report.cost.overhead_ratio },
    data: provenance.data,
    machine: provenance.machine && recordedMachine(provenance.machine),
    training: provenance.training,
    threads: provenance.threads,
    seed: provenance.seed,
  };
}

const folder = await mkdtemp(join(tmpdir(), "decant-bench-"));
const job = join(folder, "decant.yaml");
const latency = values.latency ? `, latency-p95: ${values.latency}` : "";
const lines = [
  "version: 1",
  `name: ${values.name}`,
  "task: image-classification",
  `data: { source: ${JSON.stringify(resolve(values.data))} }`,
  "model: { teacher: auto, candidates: auto }",
  "target: { device: this-machine, threads: 1 }",
  `budget: { size: ${values.size}, accuracy-drop: ${values.drop}, time: ${values.time}${latency} }`,
  "seed: 0",
];
await writeFile(job, `${lines.join("\n")}\n`);
const { last, seconds } = await runDecant(job);
if (!last.report) throw new Error(`Expected a report, got status ${last.status}. The store is kept at ${folder}.`);
const report: ReportModel = JSON.parse(await readFile(last.report.replace(/\.html$/, ".json"), "utf8"));
const command = `npm run bench:job -- --data ${values.data} --name ${values.name} --size "${values.size}" --drop "${values.drop}" --time "${values.time}"${values.latency ? ` --latency "${values.latency}"` : ""}`;
const result = { command, budget: values, status: last.status, seconds, ...summarize(report) };
await writeFile(
  join(projectRoot, "bench", "results", `job-${values.name}.json`),
  `${JSON.stringify(result, null, 2)}\n`,
);
console.log(JSON.stringify(result, null, 2));
if (values.keep) console.log(`kept: ${folder}`);
else await rm(folder, { recursive: true, force: true });
