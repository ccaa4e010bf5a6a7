// Decant's side: `decant run` in a fresh store with a size, a latency and a time to keep, as a user would run it.
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { STUDENT, TEACHER } from "../../../core/planner/recipes.ts";
import type { ReportModel } from "../../../core/report/report-model.ts";
import type { DoneRecord } from "../../../core/store/store.ts";
import type { PlanRecord } from "../../../core/workflow/records/plan.ts";
import type { CurvePoint, TeacherOutput } from "../../../core/workflow/records/training.ts";
import { decant } from "../../decant.ts";

/** With an answer; anything else is a defect or the machine's, and no reason to train peers. */
const ENDED: readonly string[] = ["succeeded", "infeasible", "stopped"];

export interface OwnRequest {
  readonly data: string;
  readonly size: string;
  readonly latency_ms_p95: number;
  readonly time: string;
  readonly seed: number;
  /** Holds the job file and the store. */
  readonly folder: string;
}

export interface OwnRun {
  readonly status: string;
  /** The report's verdict in one sentence, or what stopped the run. */
  readonly headline: string;
  readonly seconds: number;
  /** undefined where no file kept every promise. */
  readonly file?: { readonly model: string; readonly input_size: number; readonly validation_top1?: number };
  readonly teacher?: { readonly onnx: string; readonly input_size: number };
  /** The folder of PrepareData's step: packed samples and their labels. */
  readonly prepared: string;
  readonly manifest_hash: string;
  readonly training_threads: number;
  readonly images_seen: number;
  readonly training_seconds: number;
}

/** Told again where this process was killed, it goes on: the store is kept. */
export async function runOwnSide(request: OwnRequest): Promise<OwnRun> {
  const { folder } = request;
  const store = join(folder, "store");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "decant.yaml"), `${jobLines(request).join("\n")}\n`);
  const ran = await decant(["run", join(folder, "decant.yaml"), "--json", "--store", store]);
  const { status = `exit code ${ran.code}`, artifact, report } = JSON.parse(ran.last);
  if (!ENDED.includes(status)) throw new Error(`decant run ended with ${status}: ${ran.problem}`);
  const model: ReportModel | undefined =
    report && JSON.parse(await readFile(report.replace(/\.html$/, ".json"), "utf8"));
  const [prepared] = await finished(store, "prepare-data");
  const [planned] = await finished(store, "plan");
  if (!prepared || !planned)
    throw new Error(`decant run ended with ${status} before its data was there: ${ran.problem}`);
  const plan: PlanRecord = JSON.parse(await readFile(join(planned, "plan.json"), "utf8"));
  return {
    status,
    headline: model?.headline ?? ran.problem.split("\n")[0] ?? "",
    seconds: ran.seconds,
    ...(artifact && model?.file && keptAll(model) && { file: fileOf(artifact, model.file) }),
    ...(await teacherOf(store)),
    prepared,
    manifest_hash: plan.manifest_hash,
    training_threads: plan.threads,
    images_seen: await imagesSeen(store),
    training_seconds: model ? trainingSeconds(model) : ran.seconds,
  };
}

/** A run warns of a broken time and ships all the same. */
function keptAll({ promises }: ReportModel): boolean {
  return promises.every(({ verdict }) => verdict !== "failed");
}

function fileOf(artifact: string, { input_size, fp32 }: NonNullable<ReportModel["file"]>): OwnRun["file"] {
  const score = fp32.validation_top1 && { validation_top1: fp32.validation_top1.value };
  return { model: join(artifact, "model.onnx"), input_size, ...score };
}

async function teacherOf(store: string): Promise<Pick<OwnRun, "teacher">> {
  const [folder] = await finished(store, "fine-tune");
  if (folder === undefined) return {};
  const { input_size }: TeacherOutput = JSON.parse(await readFile(join(folder, "output.json"), "utf8"));
  return { teacher: { onnx: join(folder, "teacher.onnx"), input_size } };
}

function jobLines({ data, size, latency_ms_p95, time, seed }: OwnRequest): string[] {
  return [
    "version: 1",
    "name: chain",
    "task: image-classification",
    `data: { source: ${JSON.stringify(resolve(data))} }`,
    "target: { device: this-machine, threads: 1 }",
    `budget: { size: ${size}, latency-p95: ${latency_ms_p95.toFixed(3)} ms, time: ${time} }`,
    `seed: ${seed}`,
  ];
}

function trainingSeconds({ cost }: ReportModel): number {
  const training = cost.steps.filter(({ step }) => step === "fine-tune" || step === "compress");
  return Math.round(training.reduce((sum, { seconds }) => sum + seconds, 0));
}

/** Pictures that went forward and backward in the whole run: the teacher's fine-tuning and every candidate's training. */
async function imagesSeen(store: string): Promise<number> {
  const sum = async (step: string, batch: number) => {
    const curves = (await finished(store, step)).map((folder) => join(folder, "curves.json")).filter(existsSync);
    const read = curves.map(async (file) => JSON.parse(await readFile(file, "utf8")) as CurvePoint[]);
    return (await Promise.all(read)).reduce((images, curve) => images + stepsOf(curve) * batch, 0);
  };
  return (await sum("fine-tune", TEACHER.batch_size)) + (await sum("compress", STUDENT.batch_size));
}

/** Each phase counts its own steps; the probe's are over cached features, not over pictures. */
export function stepsOf(curve: readonly CurvePoint[]): number {
  const phases = Map.groupBy(
    curve.filter(({ phase }) => phase !== "linear-probe"),
    ({ phase }) => phase,
  );
  return [...phases.values()].reduce((sum, points) => sum + Math.max(...points.map(({ step }) => step)), 0);
}

/** Folders of a step's finished runs. */
async function finished(store: string, step: string): Promise<string[]> {
  const folder = join(store, "steps", step);
  const keys = existsSync(folder) ? (await readdir(folder)).map((key) => join(folder, key)) : [];
  const done = keys.filter((key) => existsSync(join(key, "done.json")));
  const records = done.map(async (key) => {
    const { attempt }: DoneRecord = JSON.parse(await readFile(join(key, "done.json"), "utf8"));
    return join(key, attempt);
  });
  return Promise.all(records);
}
