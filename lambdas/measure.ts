// Measure: a candidate's written files on validation: accuracy beside the teacher, latency beside the baseline.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openSplit } from "../adapters/packed-arrays.ts";
import { accuracyOf, agreement, top1 } from "../core/statistics/accuracy.ts";
import { predictionsOf } from "../core/statistics/predictions.ts";
import type { StepPointer } from "../core/store/store.ts";
import type { CandidatePayload } from "../core/workflow/payload.ts";
import { type Measurement, QUANTIZED_FILES, type QuantizedOutput } from "../core/workflow/records/measurement.ts";
import type { PlanRecord } from "../core/workflow/records/plan.ts";
import type { PreparedData } from "../core/workflow/records/prepared-data.ts";
import type { CompressedOutput, TeacherOutput } from "../core/workflow/records/training.ts";
import { latenciesOn, logitsOn, measuringEnvironment, precisionOf } from "./measuring.ts";
import { required } from "./required.ts";
import { readOutput, runStep } from "./run-step.ts";
import type { Services } from "./services.ts";

interface Sources {
  readonly data: StepPointer;
  readonly teacher: StepPointer;
  readonly compressed: StepPointer;
  readonly quantized: StepPointer;
}

export async function measure(payload: CandidatePayload, services: Services): Promise<StepPointer> {
  const plan = await readOutput<PlanRecord>(services, required(payload.plan, "plan", "Measure"));
  const sources: Sources = {
    data: required(payload.data, "data", "Measure"),
    teacher: required(payload.teacher, "the teacher", "Measure"),
    compressed: required(payload.compressed, "the compressed model", "Measure"),
    quantized: required(payload.quantized, "the quantized model", "Measure"),
  };
  const { threads } = plan.target;
  const { pointer } = await runStep<Measurement>(
    services,
    {
      step: "measure",
      upstream: [sources.data, sources.teacher, sources.compressed, sources.quantized],
      slice: { candidate: payload.candidate, threads, baseline_size: plan.backbone.input_size },
      environment: { ...measuringEnvironment(services), seed: plan.seed },
    },
    (folder) => measureFiles(services, plan, payload.candidate, sources, folder),
  );
  return pointer;
}

async function measureFiles(
  services: Services,
  plan: PlanRecord,
  candidate: CandidatePayload["candidate"],
  sources: Sources,
  folder: string,
): Promise<Measurement> {
  const data = await readOutput<PreparedData>(services, sources.data);
  const teacher = await readOutput<TeacherOutput>(services, sources.teacher);
  const compressed = await readOutput<CompressedOutput>(services, sources.compressed);
  const quantized = await readOutput<QuantizedOutput>(services, sources.quantized);
  const [data_folder, teacherFolder, quantizedFolder] = await Promise.all(
    [sources.data, sources.teacher, sources.quantized].map((p) => services.files.folderOf(p)),
  );
  const context = { services, plan, data, data_folder: data_folder! };
  const size = candidate.input_size;
  const fp32Path = join(quantizedFolder!, QUANTIZED_FILES.fp32);
  const shippedPath = join(quantizedFolder!, QUANTIZED_FILES.int8);
  const progress = (message: string) => services.progress({ step: "measure", message });

  progress("accuracy on validation");
  const measured = await logitsOn(context, "validation", [
    { path: join(teacherFolder!, teacher.files.onnx), size: teacher.input_size },
    { path: fp32Path, size },
    { path: shippedPath, size },
  ]);
  const [reference, fp32, shipped] = [measured[0]!, measured[1]!, measured[2]!];
  progress("latency beside the baseline");
  const baseline = join(teacherFolder!, teacher.files.baseline);
  const files = [
    { name: "fp32", path: fp32Path },
    { name: "shipped", path: shippedPath },
  ];
  const times = await latenciesOn(context, baseline, files, "validation", size);

  const split = openSplit(data_folder!, data, "validation", size);
  split.close();
  const { labels } = split;
  for (const [name, { logits }] of [["predictions.json", shipped] as const, ["predictions-fp32.json", fp32] as const])
    await writeFile(join(folder, name), `${JSON.stringify(predictionsOf(logits, split.samples), null, 2)}\n`);
  return {
    candidate,
    split: "validation",
    shipped: {
      precision: precisionOf(quantized),
      ...times.shipped!,
      accuracy: accuracyOf(shipped.logits, reference.logits, labels, plan.seed),
    },
    fp32: {
      precision: "fp32",
      ...times.fp32!,
      accuracy: accuracyOf(fp32.logits, reference.logits, labels, plan.seed),
    },
    teacher: { top1: top1(reference.logits, labels), size_bytes: reference.size_bytes },
    baseline: {
      latency: times.baseline!.latency,
      size_bytes: times.baseline!.size_bytes,
      input_size: plan.backbone.input_size,
    },
    agreement_with_fp32: agreement(shipped.logits, fp32.logits),
    ...(compressed.epochs_missed ? { epochs_missed: compressed.epochs_missed } : {}),
    parameters: compressed.parameters,
    macs: compressed.macs,
    machine: services.machine,
    threads: plan.target.threads,
  };
}
