// Results of the steps -> report model. Pure: the same step outputs give the same report, without dates or paths.
import { asCertified } from "../planner/as-certified.ts";
import type {
  Certificate,
  CertifiedMeasurement,
  DecidedPoint,
  Decision,
  MeasuredFile,
  Measurement,
  QuantizedOutput,
} from "../workflow/records/measurement.ts";
import type { PlanRecord } from "../workflow/records/plan.ts";
import type { TeacherOutput } from "../workflow/records/training.ts";
import { buildProvenance } from "./build-provenance.ts";
import { displayName } from "./display-name.ts";
import { headline } from "./headline.ts";
import { summarizeLatency } from "./latency-summary.ts";
import { nearestPoints, rankByExcess, suggest } from "./nearest.ts";
import { pickExamples } from "./pick-examples.ts";
import { reportCost } from "./report-cost.ts";
import type { ReportInputs } from "./report-inputs.ts";
import type { Outcome, ReportedBaseline, ReportedFile, ReportedTeacher, ReportModel } from "./report-model.ts";
import { unmeasuredPromises, withRunPromises } from "./run-promises.ts";
import { markPoints, reportSearch } from "./search-points.ts";

/** How the run ended, by its last two pointers. */
export function outcomeOf(decision: Decision, certificate: Certificate | null): Outcome {
  if (certificate?.outcome === "kept") return "kept";
  return decision.next === "stopped" ? "stopped" : "infeasible";
}

/** The point that the report is about: the certified one, or the nearest; null where nothing was measured. */
export function subject(decision: Decision, certificate: Certificate | null): DecidedPoint | null {
  if (certificate?.measurement) return certificate.point;
  return rankByExcess(asCertified(decision.points, certificate))[0] ?? null;
}

export function buildReport(inputs: ReportInputs): ReportModel {
  const { plan, decision, certificate } = inputs;
  const outcome = outcomeOf(decision, certificate);
  const points = asCertified(decision.points, certificate);
  const point = subject(decision, certificate);
  // Where size or latency broke in Certify, test was not read: the report is about validation then.
  const certified = certificate?.measurement ? certificate : null;
  const measurement = certified?.measurement ?? inputs.measured;
  const marks = markPoints(points);
  const nearest = outcome === "kept" ? [] : nearestPoints(points, marks);
  const cost = reportCost(inputs);
  const promises = withRunPromises(
    certified?.promises ?? point?.promises ?? unmeasuredPromises(plan.budget),
    plan.budget,
    inputs.elapsed_s,
    cost.usd,
  );
  const file = measurement && point ? reportFile(inputs, measurement, point) : null;
  const baseline = measurement && reportBaseline(plan, measurement);
  return {
    version: 1,
    outcome,
    headline: headline({ outcome, promises, file, baseline, reason: decision.reason }),
    job: { name: plan.job_name, task: plan.task, device: plan.target.device, threads: plan.target.threads },
    promises,
    file,
    teacher: inputs.teacher && reportTeacher(plan, inputs.teacher, measurement, inputs.measured),
    baseline,
    search: reportSearch(decision, certificate, marks),
    cost,
    nearest,
    suggestions: outcome === "kept" ? [] : suggest(nearest[0], outcome === "stopped", decision.rejected.length),
    curves: [
      { model: "teacher" as const, points: inputs.curves.teacher },
      { model: "candidate" as const, points: inputs.curves.candidate },
    ].filter((curve) => curve.points.length > 0),
    examples: pickExamples(inputs.predictions, plan.classes),
    data: {
      classes: plan.classes,
      counts: {
        train: inputs.data.splits.train.count_per_class,
        validation: inputs.data.splits.validation.count_per_class,
        test: inputs.data.splits.test.count_per_class,
      },
      left_out: inputs.data.left_out,
      resize: plan.resize,
      decoder: inputs.data.decoder,
    },
    quantization: point && point.precision !== "fp32" ? reportQuantization(inputs.quantized) : null,
    provenance: buildProvenance(inputs, measurement),
  };
}

/** Certify measured the chosen file alone; Measure both of the candidate's, the float one as `fp32`. */
function fileOf(measurement: Measurement | CertifiedMeasurement, point: DecidedPoint): MeasuredFile {
  return measurement.split === "validation" && point.precision === "fp32" && "accuracy" in measurement.fp32
    ? measurement.fp32
    : measurement.shipped;
}

function reportFile(
  inputs: ReportInputs,
  measurement: Measurement | CertifiedMeasurement,
  point: DecidedPoint,
): ReportedFile {
  const { certificate, data } = inputs;
  const shipped = fileOf(measurement, point);
  const perClass = data.classes.map((_, i) =>
    Object.values(data.splits).reduce((sum, split) => sum + (split.count_per_class[i] ?? 0), 0),
  );
  return {
    candidate_id: point.candidate_id,
    certified: certificate?.outcome === "kept",
    split: measurement.split,
    precision: point.precision,
    input_size: measurement.candidate.input_size,
    size_bytes: shipped.size_bytes,
    sha256: shipped.sha256,
    parameters: measurement.parameters,
    macs: measurement.macs,
    accuracy: shipped.accuracy,
    imbalanced: Math.max(...perClass) >= 3 * Math.min(...perClass),
    agreement_with_fp32: inputs.measured?.agreement_with_fp32 ?? null,
    latency: summarizeLatency(shipped.latency),
    fp32: {
      size_bytes: measurement.fp32.size_bytes,
      validation_top1: inputs.measured?.fp32.accuracy.top1 ?? null,
      latency: summarizeLatency(measurement.fp32.latency),
    },
    size_by_layer: inputs.size_by_layer,
  };
}

function reportTeacher(
  plan: PlanRecord,
  teacher: TeacherOutput,
  measurement: Measurement | CertifiedMeasurement | null,
  validation: Measurement | null,
): ReportedTeacher {
  return {
    architecture: teacher.architecture,
    display_name: displayName(teacher.architecture),
    input_size: teacher.input_size,
    pretrained_size: plan.backbone.input_size,
    strategy: teacher.strategy,
    strategies: teacher.strategies,
    parameters: teacher.parameters,
    macs: teacher.macs,
    top1: measurement?.teacher.top1 ?? null,
    validation_top1: validation?.teacher.top1 ?? null,
    size_bytes: measurement?.teacher.size_bytes ?? null,
  };
}

function reportBaseline(plan: PlanRecord, measurement: Measurement | CertifiedMeasurement): ReportedBaseline {
  const { latency, size_bytes, input_size } = measurement.baseline;
  return {
    display_name: displayName(plan.backbone.architecture),
    input_size,
    size_bytes,
    latency: summarizeLatency(latency),
  };
}

function reportQuantization(quantized: QuantizedOutput | null): ReportModel["quantization"] {
  if (!quantized) return null;
  const { size_bytes, size_by_layer, ...kept } = quantized;
  return kept;
}
