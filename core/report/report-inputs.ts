// What a report is made of: the outputs of the steps before it.
import type { RunStepUsage } from "../budget/usage.ts";
import type { ResolvedJob } from "../job/resolved-job.ts";
import type { TestSet } from "../split/test-set.ts";
import type { Certificate, Decision, Measurement, QuantizedOutput } from "../workflow/records/measurement.ts";
import type { PlanRecord } from "../workflow/records/plan.ts";
import type { Prediction } from "../workflow/records/predictions.ts";
import type { PreparedData } from "../workflow/records/prepared-data.ts";
import type { CurvePoint, TeacherOutput, TrainingProfile } from "../workflow/records/training.ts";
import type { ReportedFile } from "./report-model.ts";

export interface ReportInputs {
  readonly plan: PlanRecord;
  readonly data: PreparedData;
  /** The images of the packed test split. */
  readonly test_set: TestSet;
  readonly profile: TrainingProfile | null;
  readonly teacher: TeacherOutput | null;
  readonly decision: Decision;
  readonly certificate: Certificate | null;
  /** Of `subject(...)`: the certified or nearest point; null or empty where there is none. */
  readonly measured: Measurement | null;
  readonly quantized: QuantizedOutput | null;
  readonly predictions: readonly Prediction[];
  readonly curves: { readonly teacher: readonly CurvePoint[]; readonly candidate: readonly CurvePoint[] };
  readonly size_by_layer: ReportedFile["size_by_layer"];
  /** Wall time of the run until now; null where nobody counted it. */
  readonly elapsed_s: number | null;
  /** Of every step that the run came by. */
  readonly usage: readonly RunStepUsage[];
  /** Where the run is paid for; null: nowhere. */
  readonly region: string | null;
  readonly tool_version: string;
  readonly steps: Readonly<Record<string, string>>;
  /** Of the run; null where the store holds none. */
  readonly job: ResolvedJob | null;
}
