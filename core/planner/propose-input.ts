// What a rung is proposed from.
import type { DecidedPoint, Decision } from "../workflow/records/measurement.ts";
import type { PlanRecord } from "../workflow/records/plan.ts";
import type { Candidate, TeacherOutput, TrainingProfile } from "../workflow/records/training.ts";
import type { LayerLatencies } from "./predict-file.ts";

export interface ProposeInput {
  readonly plan: PlanRecord;
  readonly profile: TrainingProfile;
  readonly teacher: Pick<TeacherOutput, "parameters" | "macs" | "input_size">;
  readonly tried: readonly Candidate[];
  readonly points: readonly DecidedPoint[];
  readonly rejected?: Decision["rejected"];
  readonly rung: number;
  /** Seconds until the deadline, once the last steps are paid; null where the run has none. */
  readonly clock_left_s: number | null;
  /** By the table of layer times; absent: latencies are predicted from MACs. */
  readonly latencies?: LayerLatencies | undefined;
}
