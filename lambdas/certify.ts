// Certify: the chosen file measured again in a fresh process; then the test split, read once for it and the teacher.
// Nothing else in the program reads test arrays.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openSplit } from "../adapters/packed-arrays.ts";
import { TEST_PREDICTIONS_FILE, testPredictions, writeTestPredictions } from "../core/champion/test-predictions.ts";
import { DecantError } from "../core/errors/problem.ts";
import { holdPromises, holdSizeAndLatency, keepsPromises } from "../core/gate/promises.ts";
import { accuracyOf, top1 } from "../core/statistics/accuracy.ts";
import { predictedClasses } from "../core/statistics/logits.ts";
import type { StepPointer } from "../core/store/store.ts";
import { measurableTarget } from "../core/targets/list.ts";
import type { RunPayload } from "../core/workflow/payload.ts";
import {
  type Certificate,
  type CertifiedMeasurement,
  type DecidedPoint,
  type Decision,
  type MeasuredFile,
  type Measurement,
  QUANTIZED_FILES,
} from "../core/workflow/records/measurement.ts";
import type { PlanRecord } from "../core/workflow/records/plan.ts";
import type { PreparedData } from "../core/workflow/records/prepared-data.ts";
import type { TeacherOutput } from "../core/workflow/records/training.ts";
import { latenciesOn, logitsOn, type MeasuringContext, measuringEnvironment } from "./measuring.ts";
import { required } from "./required.ts";
import { readOutput, runStep } from "./run-step.ts";
import type { Services } from "./services.ts";

type CertificatePointer = NonNullable<RunPayload["certificate"]>;

export async function certify(payload: RunPayload, services: Services): Promise<CertificatePointer> {
  const plan = await readOutput<PlanRecord>(services, required(payload.plan, "plan", "Certify"));
  const decision = await readOutput<Decision>(services, required(payload.decision, "the decision", "Certify"));
  const data = required(payload.data, "data", "Certify");
  const teacher = required(payload.teacher, "the teacher", "Certify");
  const { chosen } = decision;
  if (chosen === null) throw new DecantError("Defect", "Expected Decide to have chosen a file for Certify, got none.");
  const { size_bytes, latency_ms_p95, accuracy_drop_points } = plan.budget;
  const { pointer, output } = await runStep<Certificate>(
    services,
    {
      step: "certify",
      upstream: [data, teacher, { step: "measure", key: chosen.measure_key }],
      slice: {
        precision: chosen.precision,
        target: plan.target,
        budget: { size_bytes, latency_ms_p95, accuracy_drop_points },
      },
      environment: { ...measuringEnvironment(services), seed: plan.seed },
    },
    (folder) => certifyPoint(services, plan, chosen, data, teacher, folder),
  );
  return { ...pointer, outcome: output.outcome };
}

async function certifyPoint(
  services: Services,
  plan: PlanRecord,
  point: DecidedPoint,
  dataPointer: StepPointer,
  teacherPointer: StepPointer,
  written: string,
): Promise<Certificate> {
  const data = await readOutput<PreparedData>(services, dataPointer);
  const data_folder = await services.files.folderOf(dataPointer);
  const context: MeasuringContext = { services, plan, data, data_folder };
  const teacher = await readOutput<TeacherOutput>(services, teacherPointer);
  const teacherFolder = await services.files.folderOf(teacherPointer);
  const validation = await readOutput<Measurement>(services, { step: "measure", key: point.measure_key });
  const size = validation.candidate.input_size;
  const folder = await services.files.folderOf({ step: "quantize", key: point.quantize_key });
  const float = join(folder, QUANTIZED_FILES.fp32);
  const path = point.precision === "fp32" ? float : join(folder, QUANTIZED_FILES.int8);

  services.progress({ step: "certify", message: "size and latency in a fresh process" });
  const files = [
    { name: "fp32", path: float },
    { name: "chosen", path },
  ];
  const times = await latenciesOn(context, join(teacherFolder, teacher.files.baseline), files, "validation", size);
  const chosen = times.chosen!;
  const measured = point.precision === "fp32" ? validation.fp32 : validation.shipped;
  if (chosen.sha256 !== measured.sha256) {
    const message = `expected the file that was measured (sha256 ${measured.sha256}), got ${chosen.sha256}: run again`;
    throw new DecantError("StoreFailed", [{ message, where: path }]);
  }
  const device = measurableTarget(plan.target.device, services.machine);
  const first = holdSizeAndLatency(plan.budget, chosen, device);
  if (!keepsPromises(first)) return { point, measurement: null, promises: first, outcome: "broken-size-or-latency" };

  services.progress({ step: "certify", message: "accuracy on test, read once" });
  const tested = await logitsOn(context, "test", [
    { path: join(teacherFolder, teacher.files.onnx), size: teacher.input_size },
    { path, size },
  ]);
  const [reference, { logits }] = [tested[0]!, tested[1]!];
  const split = openSplit(data_folder, data, "test", size);
  split.close();
  const answers = testPredictions(plan.classes, split.samples, predictedClasses(logits));
  await writeFile(join(written, TEST_PREDICTIONS_FILE), writeTestPredictions(answers), { flag: "wx" });
  const shipped: MeasuredFile = {
    precision: point.precision,
    ...chosen,
    accuracy: accuracyOf(logits, reference.logits, split.labels, plan.seed),
  };
  const { candidate, parameters, macs } = validation;
  const measurement: CertifiedMeasurement = {
    candidate,
    split: "test",
    shipped,
    fp32: { precision: "fp32", ...times.fp32! },
    teacher: { top1: top1(reference.logits, split.labels), size_bytes: reference.size_bytes },
    baseline: {
      latency: times.baseline!.latency,
      size_bytes: times.baseline!.size_bytes,
      input_size: plan.backbone.input_size,
    },
    parameters,
    macs,
    machine: services.machine,
    threads: plan.target.threads,
  };
  const promises = holdPromises(plan.budget, shipped, device);
  return { point, measurement, promises, outcome: keepsPromises(promises) ? "kept" : "broken-accuracy" };
}
