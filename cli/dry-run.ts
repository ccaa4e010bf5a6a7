// decant run --dry-run: the plan, the first candidates and the estimated time; nothing is trained or written to a run.
import type { RunEstimate } from "../core/planner/estimate.ts";
import { estimateRun } from "../core/planner/estimate.ts";
import { TARGETS } from "../core/targets/list.ts";
import type { PlanRecord, Split } from "../core/workflow/records/plan.ts";
import type { PlannedRung } from "../core/workflow/records/search.ts";
import type { Candidate, TrainingProfile } from "../core/workflow/records/training.ts";
import { pointerOfTask } from "../lambdas/gpu-task.ts";
import { planRecord } from "../lambdas/plan.ts";
import { profileTask } from "../lambdas/profile-key.ts";
import { readData } from "../lambdas/read-data.ts";
import { readOutput } from "../lambdas/run-step.ts";
import type { Services } from "../lambdas/services.ts";
import { type CostOptions, costOf, describeCost, predictionFor } from "./dry-run-cost.ts";
import { readProfileFile } from "./laptop/given-profile.ts";
import { pythonInterpreter } from "./laptop/python.ts";
import { createLaptopServices } from "./laptop/services.ts";
import { loadJob } from "./load-job.ts";
import { seconds } from "./progress/describe.ts";
import { storeFolder } from "./runs.ts";

/** A target in the cloud can't be measured here, but what it will cost can be said. */
const DEVICES = TARGETS.map(({ key }) => key);

export interface DryRunOptions extends CostOptions {
  readonly json?: boolean;
  readonly profile?: string;
  readonly store?: string;
}

/** Answers the exit code. Throws what is wrong with the job or its data. */
export async function dryRun(jobFile: string, options: DryRunOptions): Promise<number> {
  const { job, folder } = await loadJob(jobFile, DEVICES);
  const prediction = predictionFor(job.target.device, options);
  const services = await createLaptopServices({
    root: storeFolder(options.store, folder),
    python: pythonInterpreter(process.env),
    signal: new AbortController().signal,
    progress: () => undefined,
  });
  const plan = await planRecord(services, job, folder, await readData(services, job, folder, { keep: false }));
  const profile = options.profile ? await readProfileFile(options.profile) : await knownProfile(services, plan);
  const estimate = profile && estimateRun(plan, profile);
  const cost = estimate && costOf(estimate, prediction);
  const money = cost && profile ? describeCost(cost, prediction, plan.budget.spend_usd, profile.machine) : [];
  const text = options.json
    ? `${JSON.stringify({ plan, estimate: estimate ?? null, cost: cost ?? null })}\n`
    : describe(plan, estimate, money);
  process.stdout.write(text);
  return 0;
}

/** The speed that an earlier run in this store measured. */
async function knownProfile(services: Services, plan: PlanRecord): Promise<TrainingProfile | undefined> {
  const pointer = pointerOfTask(plan, profileTask(plan, services), services);
  return (await services.files.find(pointer)) ? readOutput<TrainingProfile>(services, pointer) : undefined;
}

function describe(plan: PlanRecord, estimate: RunEstimate | undefined, money: readonly string[]): string {
  const samples = (split: Split) => plan.counts[split].reduce((sum, count) => sum + count, 0);
  const lines = [
    `job:         ${plan.job_name}`,
    `classes:     ${plan.classes.length} (${plan.classes.slice(0, 8).join(", ")}${plan.classes.length > 8 ? ", ..." : ""})`,
    `samples:     ${samples("train")} train, ${samples("validation")} validation, ${samples("test")} test, ${plan.left_out.length} left out`,
    `teacher:     ${plan.backbone.architecture} at ${plan.backbone.input_size} px`,
    `input sizes: ${plan.input_sizes.join(", ")} px`,
    ...(estimate ? describeEstimate(estimate) : [NO_ESTIMATE]),
    ...money,
  ];
  return `${lines.join("\n")}\n`;
}

const NO_ESTIMATE =
  "time:        unknown until this machine's training speed is measured: decant profile -o profile.json, then --profile profile.json";

function describeEstimate({ teacher, candidates, rungs, seconds_by_step, total_s, remarks }: RunEstimate): string[] {
  return [
    `fine-tune:   ${teacher.epochs} epochs at ${teacher.input_size} px`,
    ...candidates.map((candidate) => `candidate:   ${describeCandidate(candidate)}`),
    ...rungs.map((rung, at) => `rung ${at + 1}:      ${describeRung(rung)}`),
    ...Object.entries(seconds_by_step).map(([step, value]) => `  ${step.padEnd(14)} about ${seconds(value)}`),
    `time:        about ${seconds(total_s)}, unless a broken promise asks for another rung`,
    ...remarks.map((remark) => `note:        ${remark}`),
  ];
}

function describeRung({ candidates, epochs }: PlannedRung): string {
  return `${candidates} ${candidates === 1 ? "candidate" : "candidates"}, ${epochs} epochs${candidates === 1 ? "" : " each"}`;
}

function describeCandidate({ id, input_size, prune, training }: Candidate): string {
  const width =
    prune?.parameters_ratio === undefined ? "" : `, ${Math.round(prune.parameters_ratio * 100)} % of the parameters`;
  return `${id}: ${input_size} px${width}, ${training.epochs} epochs`;
}
