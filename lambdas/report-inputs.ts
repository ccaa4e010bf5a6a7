// Reads what the report is about from finished steps: pointers of the payload, and those of the point that was chosen.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DecantError } from "../core/errors/problem.ts";
import { type ReportInputs, subject } from "../core/report/build-report.ts";
import type { StepPointer } from "../core/store/store.ts";
import type { RunPayload } from "../core/workflow/payload.ts";
import type {
  Certificate,
  DecidedPoint,
  Decision,
  Measurement,
  QuantizedOutput,
} from "../core/workflow/records/measurement.ts";
import type { PlanRecord } from "../core/workflow/records/plan.ts";
import type { Prediction } from "../core/workflow/records/predictions.ts";
import type { PreparedData } from "../core/workflow/records/prepared-data.ts";
import type { CurvePoint, TeacherOutput, TrainingProfile } from "../core/workflow/records/training.ts";
import { readOutput } from "./run-step.ts";
import type { Services } from "./services.ts";
import { TOOL_VERSION } from "./tool-version.ts";

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
  const decision = await readOutput<Decision>(services, required(payload, "decision"));
  const certificate = payload.certificate ? await readOutput<Certificate>(services, bare(payload.certificate)) : null;
  const pointers = collectPointers(payload, subject(decision, certificate));
  const read = <T>(pointer: StepPointer | undefined) => (pointer ? readOutput<T>(services, pointer) : null);
  const quantized = await read<QuantizedOutput>(pointers.quantize);
  const inputs: ReportInputs = {
    plan: await readOutput<PlanRecord>(services, pointers.plan),
    data: await readOutput<PreparedData>(services, pointers.data),
    profile: await read<TrainingProfile>(pointers.profile),
    teacher: await read<TeacherOutput>(pointers.teacher),
    decision,
    certificate,
    measured: await read<Measurement>(pointers.measure),
    quantized,
    predictions: await readList<Prediction>(services, pointers.measure, "predictions.json"),
    curves: {
      teacher: await readList<CurvePoint>(services, pointers.teacher, "curves.json"),
      candidate: await readList<CurvePoint>(services, pointers.compress, "curves.json"),
    },
    size_by_layer: quantized?.size_by_layer ?? [],
    tool_version: TOOL_VERSION,
    steps: Object.fromEntries(reportUpstream(pointers).map(({ step, key }) => [step, key])),
    rebuild: "npx decant run decant.yaml",
  };
  return { pointers, inputs };
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
    plan: required(payload, "plan"),
    data: required(payload, "data"),
    decision: required(payload, "decision"),
    ...(payload.certificate && { certificate: bare(payload.certificate) }),
    ...(profile && { profile: bare(profile) }),
    ...(payload.teacher && { teacher: bare(payload.teacher) }),
    ...(point && { measure: { step: "measure", key: point.measure_key } }),
    // An fp32 file was not quantized, and what Quantize says is about another file.
    ...(point && point.precision !== "fp32" && { quantize: { step: "quantize", key: point.quantize_key } }),
    ...(point && { compress: { step: "compress", key: point.compress_key } }),
  };
}

function required(payload: RunPayload, name: "plan" | "data" | "decision"): StepPointer {
  const pointer = payload[name];
  if (pointer) return bare(pointer);
  throw new DecantError("Defect", `Expected the payload of Report to hold a pointer to ${name}, got none.`);
}

/** Without a task's other fields: they hold local paths, which may not go into a key. */
function bare({ step, key }: StepPointer): StepPointer {
  return { step, key };
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
