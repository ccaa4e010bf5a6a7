// Random budgets on one data set: every run must keep each promise when its artifact is measured again in a fresh process,
// or refuse with a reason. All runs share one store and one measured profile, so that what they have in common is done once.
// Usage: npm run bench:budgets -- --data ../shared/data/flowers [--count 30] [--seed 0] [--per-class 60] [--work FOLDER]
// Recorded budget by budget in bench/results/budgets.json: the same command goes on after it was killed; more with --count.
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { readMachine } from "../adapters/machine.ts";
import { pythonInterpreter } from "../cli/laptop/python.ts";
import type { ReportModel } from "../core/report/report-model.ts";
import { STEP_VERSIONS } from "../core/workflow/steps.ts";
import { countFates, fateOf, type Outcome, type Verdict } from "./budgets/outcome.ts";
import { randomBudget } from "./budgets/random-budget.ts";
import { type SmallSet, writeSmallSet } from "./budgets/small-set.ts";
import { type DecantEnding, decant } from "./decant.ts";
import { stage } from "./peers/stage.ts";
import { recordedMachine } from "./recorded-machine.ts";
import { resultFile } from "./result-file.ts";

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    count: { type: "string", default: "30" },
    seed: { type: "string", default: "0" },
    "per-class": { type: "string", default: "60" },
    work: { type: "string", default: join(tmpdir(), "decant-bench-budgets") },
  },
});
if (!values.data) throw new Error("Expected --data FOLDER; see the first lines of the file.");

interface BudgetsRecord {
  readonly command: string;
  /** What outcomes are of: with another one they are started anew. */
  readonly of: {
    readonly manifest_hash: string;
    readonly per_class: number;
    readonly seed: number;
    readonly versions: string;
  };
  readonly counts: ReturnType<typeof countFates>;
  readonly outcomes: readonly Outcome[];
  readonly data: { readonly train: number; readonly held_out: number };
  readonly machine: object;
}

interface Place {
  readonly folder: string;
  readonly store: string;
  readonly profile: string;
  readonly data: SmallSet;
  readonly cpu_model: string;
}

/** The run, then the artifact in a fresh process. */
async function tryBudget(place: Place, seed: number, at: number): Promise<Outcome> {
  const { folder, store, profile, data, cpu_model } = place;
  const budget = randomBudget(seed, at);
  const job = join(folder, `budget-${at}.yaml`);
  const lines = [
    "version: 1",
    `name: budget-${at}`,
    "task: image-classification",
    `data: { source: ${JSON.stringify(data.folder)} }`,
    "target: { device: this-machine, threads: 1 }",
    `budget: { ${Object.entries(budget)
      .map(([key, value]) => `${key}: ${value}`)
      .join(", ")} }`,
  ];
  await writeFile(job, `${lines.join("\n")}\n`);
  const ran = await decant(["run", job, "--json", "--store", store, "--profile", profile]);
  const { status = `exit code ${ran.code}`, artifact, report } = resultOf(ran);
  const model: ReportModel | undefined =
    report && JSON.parse(await readFile(report.replace(/\.html$/, ".json"), "utf8"));
  const told = {
    status,
    reason: model?.headline ?? ran.problem.split("\n")[0] ?? "",
    ...(model && { promises: model.promises.map(verdictOf) }),
    ...(artifact && model?.file && { shipped: model.file.candidate_id, ...(await verifyArtifact(artifact, data)) }),
  };
  return { at, budget, fate: fateOf(told), seconds: ran.seconds, cpu_model, ...told };
}

async function verifyArtifact(artifact: string, data: SmallSet) {
  const ran = await decant(["verify", artifact, "--data", data.folder, "--json"]);
  const { promises = [] } = JSON.parse(ran.last) as { promises?: readonly Verdict[] };
  return { verify_exit_code: ran.code ?? -1, verified: promises.map(verdictOf) };
}

function verdictOf({ promise, verdict, reason }: Verdict): Verdict {
  return { promise, verdict, reason };
}

function resultOf(ran: DecantEnding): { status?: string; artifact?: string | null; report?: string | null } {
  try {
    return JSON.parse(ran.last);
  } catch {
    return {};
  }
}

const [count, seed, perClass] = [Number(values.count), Number(values.seed), Number(values["per-class"])];
const source = resolve(values.data);
const versions = JSON.stringify(STEP_VERSIONS);
const file = resultFile<BudgetsRecord>("budgets");
const folder = resolve(values.work);
const [store, profile] = [join(folder, "store"), join(folder, "profile.json")];
await mkdir(store, { recursive: true });
const data = await stage(join(folder, "data.json"), () => writeSmallSet(source, join(folder, "data"), perClass));
await stage(join(folder, "profiled.json"), async () => {
  const ran = await decant(["profile", "-o", profile, "--store", join(folder, "profile-store")]);
  if (ran.code !== 0) throw new Error(`decant profile: ${ran.problem}`);
  return { seconds: ran.seconds };
});
const of = { manifest_hash: data.manifest_hash, per_class: perClass, seed, versions };
const earlier = await file.read();
const isSame = JSON.stringify(earlier?.of) === JSON.stringify(of);
let outcomes: readonly Outcome[] = isSame ? (earlier?.outcomes ?? []) : [];
const machine = recordedMachine(await readMachine(pythonInterpreter(process.env)));
for (let at = 0; at < count; at += 1) {
  if (outcomes.some((outcome) => outcome.at === at)) continue;
  const outcome = await tryBudget({ folder, store, profile, data, cpu_model: machine.cpu_model }, seed, at);
  console.error(JSON.stringify(outcome));
  outcomes = [...outcomes, outcome].sort((a, b) => a.at - b.at);
  const command = `npm run bench:budgets -- --data ${values.data} --count ${outcomes.length} --seed ${seed} --per-class ${perClass}`;
  const { train, held_out } = data;
  await file.write({ command, of, counts: countFates(outcomes), outcomes, data: { train, held_out }, machine });
}
console.log(JSON.stringify(countFates(outcomes)));
await rm(folder, { recursive: true, force: true });
