// decant run JOB: the whole workflow on this machine.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { type ChampionDecision, movesAlias } from "../../core/champion/decision.ts";
import type { DecantError } from "../../core/errors/problem.ts";
import type { ReportModel } from "../../core/report/report-model.ts";
import type { ProgressEvent, Services } from "../../lambdas/services.ts";
import { toDecantError } from "../../lambdas/state-error.ts";
import { bestSoFar } from "../best-so-far.ts";
import { dryRun } from "../dry-run.ts";
import { type Ending, endingOf, INFEASIBLE } from "../exit-codes.ts";
import { readProfileFile, storeProfile } from "../laptop/given-profile.ts";
import { pythonInterpreter } from "../laptop/python.ts";
import { nameRun } from "../laptop/run-name.ts";
import { type RunOutcome, runWorkflow } from "../laptop/run-workflow.ts";
import { createLaptopServices } from "../laptop/services.ts";
import { SILENCE_MS_MAX } from "../laptop/silence.ts";
import { stopOnSignals } from "../laptop/stop-signals.ts";
import { loadJob } from "../load-job.ts";
import { createRenderer } from "../progress/create-renderer.ts";
import { problemLines } from "../progress/problem-lines.ts";
import { resultTable } from "../progress/result-table.ts";
import type { Renderer } from "../progress/run-event.ts";
import { reportFile, storeFolder } from "../runs.ts";

export interface RunOptions {
  readonly json?: boolean;
  readonly dryRun?: boolean;
  readonly profile?: string;
  readonly region?: string;
  readonly machine?: string;
  readonly spotDiscount?: string;
  readonly strict?: boolean;
  readonly store?: string;
}

/** What this machine can measure: a job for another device is refused before any work. */
const DEVICES = ["this-machine"];

export function registerRun(program: Command): void {
  program
    .command("run")
    .description("run a job: from pretrained model and data to a small model with a report")
    .argument("<job>", "the job's YAML or JSON file")
    .option("--json", "progress as JSON lines; the last is the result")
    .option("--dry-run", "print the plan, the candidates, the estimated time and money, and train nothing")
    .option("--profile <file>", "use this training speed instead of measuring it: see decant profile")
    .option("--region <name>", "with --dry-run: the region whose prices count", "us-east-1")
    .option("--machine <type>", "with --dry-run: what trains in the cloud, e.g. g6.xlarge or fargate", "g5.xlarge")
    .option("--spot-discount <percent>", "with --dry-run: what spot machines cost less", "50")
    .option("--strict", "exit 3 when a promise could not be measured")
    .addHelpText("after", "\nExample:\n  $ decant run decant.yaml --profile profile.json")
    .action(async (job: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<RunOptions>();
      process.exitCode = options.dryRun ? await dryRun(job, options) : await runJob(job, options);
    });
}

/** Answers the exit code; everything that goes wrong is told by the renderer. */
export async function runJob(jobFile: string, options: RunOptions): Promise<number> {
  const renderer = createRenderer(options.json ?? false);
  const stop = stopOnSignals(() => renderer.show({ event: "warning", message: "stopping; a few seconds" }));
  try {
    return await run(jobFile, options, renderer, stop.signal);
  } catch (error) {
    const known = toDecantError(error, options.store ?? "the store", stop.signal);
    const ending = endingOf(known.code);
    const result = { status: ending.status, run: null, artifact: null, report: null };
    await renderer.end({ result, problems: problemLines(known), table: [], hints: [] });
    return ending.exit_code;
  } finally {
    stop.dispose();
  }
}

async function run(jobFile: string, options: RunOptions, renderer: Renderer, signal: AbortSignal): Promise<number> {
  const { job, folder } = await loadJob(jobFile, DEVICES);
  const profile = options.profile === undefined ? undefined : await readProfileFile(options.profile);
  const root = storeFolder(options.store, folder);
  const python = pythonInterpreter(process.env);
  const progress = (event: ProgressEvent) => renderer.show({ event: "progress", ...event });
  const services = await createLaptopServices({ root, python, signal, progress });
  const name = await nameRun(services, { job, folder });
  const outcome = await runWorkflow({
    services,
    root,
    python,
    silence_ms_max: SILENCE_MS_MAX,
    run: name,
    job,
    folder,
    given_profile: profile && (await storeProfile(services, profile)),
    emit: (event) => renderer.show(event),
  });
  return tell(services, root, name, outcome, options.strict ?? false, renderer);
}

async function tell(
  services: Services,
  root: string,
  name: string,
  outcome: RunOutcome,
  strict: boolean,
  renderer: Renderer,
): Promise<number> {
  const { error, artifact } = outcome;
  const folder = outcome.report && (await services.files.folderOf(outcome.report));
  const report = folder === undefined ? undefined : await readReport(join(folder, "report.json"));
  const unmeasured = report === undefined ? [] : unmeasuredPromises(report);
  const broken = report === undefined || error ? [] : brokenPromises(report);
  for (const message of [...unmeasured, ...broken]) renderer.show({ event: "warning", message });
  const ending: Ending = strict && !error && unmeasured.length > 0 ? INFEASIBLE : outcome.ending;
  await renderer.end({
    result: {
      status: ending.status,
      run: name,
      artifact: artifact ?? null,
      report: report === undefined ? null : reportFile(root, name),
    },
    problems: error ? problemLines(error) : [],
    table: report === undefined ? [] : ["", ...resultTable(report), ""],
    hints: [...championHints(outcome.champion), ...(await foundSoFar(services, name, error)), ...hints(error)],
  });
  return ending.exit_code;
}

/** A certified file that did not become the job's champion is there all the same, and people must know that it isn't. */
function championHints(decision: ChampionDecision | undefined): string[] {
  if (decision === undefined || movesAlias(decision)) return [];
  return [`The artifact is published, but the job's champion stays the earlier one: ${decision.reason}.`];
}

async function foundSoFar(services: Services, name: string, error: DecantError | undefined): Promise<string[]> {
  if (error?.code !== "Stopped" && error?.code !== "Deadline" && error?.code !== "Spend") return [];
  const best = await bestSoFar(services, name);
  return best === undefined ? [] : [best];
}

async function readReport(path: string): Promise<ReportModel> {
  return JSON.parse(await readFile(path, "utf8"));
}

/** Of a certified file only time or spend can be broken: they are known when everything else is done. */
function brokenPromises({ promises }: ReportModel): string[] {
  return promises
    .filter(({ verdict }) => verdict === "failed")
    .map(({ promise, reason }) => `the promise ${promise} was broken: ${reason}`);
}

function unmeasuredPromises({ promises }: ReportModel): string[] {
  return promises
    .filter(({ verdict }) => verdict === "not-measured")
    .map(({ promise, reason }) => `the promise ${promise} was not measured: ${reason}`);
}

/** How to go on, where the same command goes on. */
function hints(error: DecantError | undefined): string[] {
  if (error === undefined) return [];
  const quoted = process.argv.slice(2).map((arg) => (/^[\w@%+=:,./-]+$/.test(arg) ? arg : JSON.stringify(arg)));
  const again = `decant ${quoted.join(" ")}`;
  if (error.code === "Stopped") return [`Everything finished so far is kept. To go on: ${again}`];
  if (error.code === "Deadline") return ["Give the job more time (budget: time); finished steps are kept."];
  if (error.code === "Spend") return ["Give the job more money (budget: spend); finished steps are kept."];
  return endingOf(error.code).exit_code === 5 ? [`Everything finished so far is kept. To go on: ${again}`] : [];
}
