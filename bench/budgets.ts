// Random budgets on one data set: every run must keep each promise when its artifact is measured again in a fresh process,
// or refuse with a reason. All runs share one store, so that what they have in common is done once.
// Usage: npm run bench:budgets -- --data FOLDER [--count 30] [--seed 0] [--store FOLDER]
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readMachine } from "../adapters/machine.ts";
import { pythonInterpreter } from "../cli/laptop/python.ts";
import type { ReportModel } from "../core/report/report-model.ts";
import { seededRandom } from "../core/statistics/random.ts";

const projectRoot = fileURLToPath(new URL("../", import.meta.url));
const { values } = parseArgs({
  options: {
    data: { type: "string" },
    count: { type: "string", default: "30" },
    seed: { type: "string", default: "0" },
    store: { type: "string" },
  },
});
if (!values.data) throw new Error("Expected --data FOLDER; see the first lines of the file.");

/** Slow on purpose: without a promise of time the planner lays out few epochs, and the budgets are what is tried here. */
const speed = (input_size: number, train_ms_per_sample: number, forward_ms_per_sample: number) => {
  const architecture = "tf_efficientnet_lite0";
  return { architecture, input_size, batch_size: 32, train_ms_per_sample, forward_ms_per_sample };
};
const PROFILE = {
  device: "cpu",
  machine: "made up",
  threads: 2,
  versions: {},
  speeds: [speed(224, 400, 100), speed(128, 150, 30)],
};

interface Verdict {
  readonly promise: string;
  readonly verdict: string;
  readonly reason: string;
}

interface Outcome {
  readonly budget: Readonly<Record<string, string>>;
  readonly status: string;
  readonly seconds: number;
  readonly shipped?: string;
  readonly reason?: string;
  readonly verify_exit_code?: number;
  readonly verified?: readonly Verdict[];
}

/** One to three promises, from easy to out of reach; evenly on a scale of ratios. */
function randomBudget(random: () => number): Record<string, string> {
  const between = (low: number, high: number) => low * (high / low) ** random();
  const all = {
    size: `${between(0.3, 5).toFixed(2)} MB`,
    "latency-p95": `${between(0.4, 20).toFixed(2)} ms`,
    "accuracy-drop": `${between(0.5, 30).toFixed(1)} %`,
  };
  const kept = Object.entries(all).filter(() => random() < 0.7);
  return Object.fromEntries(kept.length > 0 ? kept : [["size", all.size]]);
}

function decant(args: readonly string[]): Promise<{ code: number | null; last: string; seconds: number }> {
  const start = performance.now();
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [join(projectRoot, "cli/main.ts"), ...args], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    child.on("error", fail);
    child.on("close", (code) => {
      const last = text.trim().split("\n").at(-1) ?? "{}";
      done({ code, last, seconds: Math.round((performance.now() - start) / 100) / 10 });
    });
  });
}

async function runBudget(
  folder: string,
  store: string,
  data: string,
  at: number,
  random: () => number,
): Promise<Outcome> {
  const budget = randomBudget(random);
  const job = join(folder, `budget-${at}.yaml`);
  const lines = [
    "version: 1",
    `name: budget-${at}`,
    "task: image-classification",
    `data: { source: ${JSON.stringify(data)} }`,
    "model: { teacher: auto, candidates: auto, input-sizes: [128, 96] }",
    "target: { device: this-machine, threads: 1 }",
    `budget: { ${Object.entries(budget)
      .map(([key, value]) => `${key}: ${value}`)
      .join(", ")} }`,
  ];
  await writeFile(job, `${lines.join("\n")}\n`);
  const ran = await decant(["run", job, "--json", "--store", store, "--profile", join(folder, "profile.json")]);
  const { status, artifact, report } = JSON.parse(ran.last);
  const outcome = { budget, status, seconds: ran.seconds };
  if (report === null) return outcome;
  const model: ReportModel = JSON.parse(await readFile(report.replace(/\.html$/, ".json"), "utf8"));
  if (artifact === null) return { ...outcome, reason: model.headline };
  const verified = await decant(["verify", artifact, "--data", data, "--json"]);
  const { promises } = JSON.parse(verified.last) as { promises: readonly Verdict[] };
  return {
    ...outcome,
    shipped: model.file?.candidate_id ?? "",
    verify_exit_code: verified.code ?? -1,
    verified: promises.map(({ promise, verdict, reason }) => ({ promise, verdict, reason })),
  };
}

const folder = await mkdtemp(join(tmpdir(), "decant-budgets-"));
const store = resolve(values.store ?? join(folder, "store"));
await mkdir(store, { recursive: true });
await writeFile(join(folder, "profile.json"), JSON.stringify(PROFILE));
const random = seededRandom(Number(values.seed));
const outcomes: Outcome[] = [];
for (let at = 0; at < Number(values.count); at += 1) {
  const outcome = await runBudget(folder, store, resolve(values.data), at, random);
  console.error(JSON.stringify(outcome));
  outcomes.push(outcome);
}
const kept = outcomes.filter((each) => each.verify_exit_code === 0);
const broken = outcomes.filter((each) => (each.verify_exit_code ?? 0) !== 0);
const refused = outcomes.filter((each) => each.reason !== undefined);
const record = {
  command: `npm run bench:budgets -- --data ${values.data} --count ${values.count} --seed ${values.seed}`,
  count: outcomes.length,
  kept: kept.length,
  refused: refused.length,
  broken: broken.length,
  neither: outcomes.length - kept.length - broken.length - refused.length,
  outcomes,
  machine: { ...(await readMachine(pythonInterpreter(process.env))), cpu_flags: undefined },
};
await writeFile(join(projectRoot, "bench/results/budgets.json"), `${JSON.stringify(record, null, 2)}\n`);
console.log(JSON.stringify({ ...record, outcomes: undefined, machine: undefined }));
await rm(folder, { recursive: true, force: true });
