// Reads what the report is about from finished steps: pointers of the payload, and those of the point that was chosen.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readSplitSamples } from "../adapters/packed-arrays.ts";
import { isCloudTarget } from "../core/budget/step-devices.ts";
import { readModel } from "../core/onnx/read-model.ts";
import { sizeByLayer } from "../core/quantization/describe.ts";
import { subject } from "../core/report/build-report.ts";
import { joinCurves } from "../core/report/join-curves.ts";
import type { ReportInputs } from "../core/report/report-inputs.ts";
import { testSetOf } from "../core/split/test-set.ts";
import type { StepPointer } from "../core/store/store.ts";
import { TOOL_VERSION } from "../core/version.ts";
import type { RunPayload } from "../core/workflow/payload.ts";
import {
  type Certificate,
  type DecidedPoint,
  type Decision,
  type Measurement,
  QUANTIZED_FILES,
  type QuantizedOutput,
} from "../core/workflow/records/measurement.ts";
import type { PlanRecord } from "../core/workflow/records/plan.ts";
import type { Prediction } from "../core/workflow/records/predictions.ts";
import type { PreparedData } from "../core/workflow/records/prepared-data.ts";
import type { CurvePoint, TeacherOutput, TrainingProfile } from "../core/workflow/records/training.ts";
import { required } from "./required.ts";
import { clockOf, elapsedSeconds } from "./run-clock.ts";
import { type RunJob, readRunJob } from "./run-job.ts";
import { readOutput } from "./run-step.ts";
import { readUsage, stepsOf } from "./run-usage.ts";
import type { Services } from "./services.ts";

/** Of the quantized and of the float file: an example must show what the file that ships answers. */
const PREDICTIONS = "predictions.json";
const FP32_PREDICTIONS = "predictions-fp32.json";

/** Finished steps that the report reads; `measure`, `quantize` and `compress` are those of its point. */
export interface ReportPointers {
  readonly plan: StepPointer;
  readonly data: StepPointer;
  readonly decision: StepPointer;
  readonly certificate?: StepPointer;
  readonly profile?: StepPointer;
  readonly teacher?: StepPointer;
  readonly measure?: StepPointer;
  readonly quantize?: StepPointer;
  readonly compress?: StepPointer;
}

export async function readReportInputs(
  payload: RunPayload,
  services: Services,
): Promise<{ pointers: ReportPointers; inputs: ReportInputs }> {
  const decision = await readOutput<Decision>(services, required(payload.decision, "the decision", "Report"));
  const certificate = payload.certificate
    ? await readOutput<Certificate>(services, required(payload.certificate, "the certificate", "Report"))
    : null;
  const point = subject(decision, certificate);
  const pointers = collectPointers(payload, point);
  const read = <T>(pointer: StepPointer | undefined) => (pointer ? readOutput<T>(services, pointer) : null);
  // What Quantize says is about its int8 file: of a float one it only wrote down what it is.
  const quantized = point?.precision === "fp32" ? null : await read<QuantizedOutput>(pointers.quantize);
  const plan = await readOutput<PlanRecord>(services, pointers.plan);
  const data = await readOutput<PreparedData>(services, pointers.data);
  const runJob = await readRunJob(services, payload.run);
  const inputs: ReportInputs = {
    plan,
    data,
    test_set: testSetOf(
      readSplitSamples(await services.files.folderOf(pointers.data), data, "test").map(({ sha256 }) => sha256),
      services.sha256,
    ),
    profile: await read<TrainingProfile>(pointers.profile),
    teacher: await read<TeacherOutput>(pointers.teacher),
    decision,
    certificate,
    measured: await read<Measurement>(pointers.measure),
    quantized,
    predictions: await readList<Prediction>(services, pointers.measure, quantized ? PREDICTIONS : FP32_PREDICTIONS),
    curves: {
      teacher: await readList<CurvePoint>(services, pointers.teacher, "curves.json"),
      candidate: joinCurves(await studentCurves(services, decision, point)),
    },
    size_by_layer: quantized?.size_by_layer ?? (await floatLayers(services, pointers.quantize)),
    ...(await spentSoFar(payload, decision, plan, runJob, services)),
    tool_version: TOOL_VERSION,
    steps: Object.fromEntries(reportUpstream(pointers).map(({ step, key }) => [step, key])),
    job: runJob.job,
  };
  return { pointers, inputs };
}

/** Until now, as long as the run's record says when it began. */
async function spentSoFar(
  payload: RunPayload,
  decision: Decision,
  plan: PlanRecord,
  runJob: RunJob,
  services: Services,
): Promise<Pick<ReportInputs, "elapsed_s" | "usage" | "region">> {
  const clock = clockOf(runJob);
  const pointers = stepsOf(payload, decision);
  return {
    elapsed_s: clock ? elapsedSeconds(clock, services.now()) : null,
    usage: clock ? await readUsage(services.store, pointers, clock.started_ms) : [],
    region: isCloudTarget(plan.target.device) ? (services.billed?.region ?? null) : null,
  };
}

/** In a fixed order, since it goes into the step's key. */
export function reportUpstream(pointers: ReportPointers): StepPointer[] {
  const { plan, data, profile, teacher, compress, quantize, measure, decision, certificate } = pointers;
  return [plan, data, profile, teacher, compress, quantize, measure, decision, certificate].filter(
    (pointer) => pointer !== undefined,
  );
}

function collectPointers(payload: RunPayload, point: DecidedPoint | null): ReportPointers {
  const profile = payload.given_profile ?? payload.profile;
  return {
    plan: required(payload.plan, "plan", "Report"),
    data: required(payload.data, "data", "Report"),
    decision: required(payload.decision, "the decision", "Report"),
    ...(payload.certificate && { certificate: required(payload.certificate, "the certificate", "Report") }),
    ...(profile && { profile: required(profile, "a profile", "Report") }),
    ...(payload.teacher && { teacher: required(payload.teacher, "the teacher", "Report") }),
    ...(point && { measure: { step: "measure", key: point.measure_key } }),
    ...(point && { quantize: { step: "quantize", key: point.quantize_key } }),
    ...(point && { compress: { step: "compress", key: point.compress_key } }),
  };
}

/** Of the point's student in each rung that trained it, the first one first. */
async function studentCurves(
  services: Services,
  { tried, points }: Pick<Decision, "tried" | "points">,
  point: DecidedPoint | null,
): Promise<CurvePoint[][]> {
  if (point === null) return [];
  const continues = tried.find(({ id }) => id === point.candidate_id)?.continues;
  const earlier = points.find(({ candidate_id }) => candidate_id === continues) ?? null;
  const own = await readList<CurvePoint>(services, { step: "compress", key: point.compress_key }, "curves.json");
  return [...(await studentCurves(services, { tried, points }, earlier)), own];
}

/** Quantize describes its own file only; the float one is read here. */
async function floatLayers(
  services: Services,
  pointer: StepPointer | undefined,
): Promise<ReportInputs["size_by_layer"]> {
  if (!pointer) return [];
  const bytes = await readFile(join(await services.files.folderOf(pointer), QUANTIZED_FILES.fp32));
  return sizeByLayer(readModel(bytes).model.graph);
}

/** A JSON array beside a step's output; empty where the step wrote none. */
async function readList<T>(services: Services, pointer: StepPointer | undefined, name: string): Promise<T[]> {
  if (!pointer) return [];
  const folder = await services.files.folderOf(pointer);
  const text = await readFile(join(folder, name), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "[]";
    throw error;
  });
  return JSON.parse(text) as T[];
}
