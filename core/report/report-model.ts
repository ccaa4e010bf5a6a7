// The report model: report.json, and all that report.html and the model card show. schemas/report.schema.json checks it.
import type {
  Accuracy,
  Estimate,
  Latency,
  MachineFacts,
  Portability,
  Precision,
  PromiseResult,
  Proportion,
  QuantizationChoice,
} from "../workflow/records/measurement.ts";
import type { LeftOut, Split } from "../workflow/records/plan.ts";
import type { PredictedFile } from "../workflow/records/search.ts";
import type { CurvePoint, TrainingProfile, TriedTransfer } from "../workflow/records/training.ts";

export type Outcome = "kept" | "infeasible" | "stopped";

export interface ReportModel {
  readonly version: 1;
  readonly outcome: Outcome;
  /** The verdict in one sentence. */
  readonly headline: string;
  readonly job: ReportedJob;
  readonly promises: readonly PromiseResult[];
  /** The certified file, or else the nearest point; null where nothing was measured. */
  readonly file: ReportedFile | null;
  readonly teacher: ReportedTeacher | null;
  readonly baseline: ReportedBaseline | null;
  readonly search: ReportedSearch;
  readonly cost: ReportedCost;
  /** Where no file keeps every promise: points by how far they are off, nearest first, and what to change. */
  readonly nearest: readonly NearestPoint[];
  readonly suggestions: readonly string[];
  readonly curves: readonly Curve[];
  readonly examples: readonly Example[];
  readonly data: ReportedData;
  readonly quantization: ReportedQuantization | null;
  readonly provenance: Provenance;
}

export interface ReportedJob {
  readonly name: string;
  readonly task: string;
  readonly device: string;
  readonly threads: number;
}

export interface ReportedFile {
  readonly candidate_id: string;
  readonly certified: boolean;
  readonly split: "validation" | "test";
  readonly precision: Precision;
  readonly input_size: number;
  readonly size_bytes: number;
  readonly sha256: string;
  readonly parameters: number;
  readonly macs: number;
  readonly accuracy: Accuracy;
  /** Whether macro recall belongs beside top-1: the largest class has at least 3 times the smallest one's samples. */
  readonly imbalanced: boolean;
  /** With the candidate's own float file, on validation: test is read for nothing but the file and the teacher. */
  readonly agreement_with_fp32: Proportion | null;
  readonly latency: LatencySummary;
  readonly fp32: {
    readonly size_bytes: number;
    readonly validation_top1: Proportion | null;
    readonly latency: LatencySummary;
  };
  readonly size_by_layer: readonly {
    readonly layer: string;
    readonly size_bytes: number;
    readonly precision: Precision;
  }[];
}

export interface LatencySummary extends Omit<Latency, "samples_ms"> {
  readonly blocks_ms: readonly BlockSummary[];
  /** Runs in equal steps from `from_ms`; what lies beyond the last bin is counted in `beyond`. */
  readonly histogram: {
    readonly from_ms: number;
    readonly step_ms: number;
    readonly counts: readonly number[];
    readonly beyond: number;
  };
}

export interface BlockSummary {
  readonly low: number;
  readonly p50: number;
  readonly p95: number;
  readonly high: number;
}

export interface ReportedTeacher {
  readonly architecture: string;
  readonly display_name: string;
  readonly input_size: number;
  readonly pretrained_size: number;
  readonly strategy: string;
  readonly strategies: readonly TriedTransfer[];
  readonly parameters: number;
  readonly macs: number;
  /** On the same samples as `file`, where something was measured. */
  readonly top1: Proportion | null;
  readonly validation_top1: Proportion | null;
  readonly size_bytes: number | null;
}

export interface ReportedBaseline {
  readonly display_name: string;
  readonly input_size: number;
  readonly size_bytes: number;
  readonly latency: LatencySummary;
}

export interface ReportedPoint {
  /** A letter or two that figure and table share. */
  readonly mark: string;
  readonly candidate_id: string;
  readonly precision: Precision;
  readonly size_bytes: number;
  readonly latency_ms_p50: number;
  readonly latency_ms_p95_upper: number;
  readonly top1: Proportion;
  readonly agreement_with_teacher: Proportion;
  readonly kl_to_teacher: number;
  readonly on_front: boolean;
  readonly fate: "chosen" | "refused" | "eligible";
  readonly reason: string;
}

/** A candidate of one rung; one that was trained on stands in each rung under another id. */
export interface ReportedCandidate {
  readonly candidate_id: string;
  readonly rung: number;
  readonly why: string;
  /** The earlier rung's candidate whose student this is. */
  readonly continues: string | null;
  /** As trained. */
  readonly epochs_total: number;
  /** Of those planned, for want of time; absent: none. */
  readonly epochs_missed?: number;
  readonly predicted: PredictedFile;
  /** Of its quantized file, with the mark of that point. */
  readonly measured: { readonly mark: string; readonly size_bytes: number; readonly latency_ms_p50: number } | null;
  readonly fate: "chosen" | "dropped" | "kept" | "trained on";
  readonly reason: string;
}

export interface ReportedSearch {
  readonly rungs: number;
  readonly reason: string;
  /** Absent in reports from before searches told of it. */
  readonly candidates?: readonly ReportedCandidate[];
  readonly points: readonly ReportedPoint[];
  readonly rejected: readonly { readonly candidate_id: string; readonly code: string; readonly reason: string }[];
}

/** Until the report was written. */
export interface ReportedCost {
  readonly steps: readonly ReportedStepCost[];
  /** Of the run, without the time between sessions; null where nobody counted it. */
  readonly elapsed_s: number | null;
  /** In which this run prepared, trained, quantized or measured; steps side by side count once. */
  readonly working_s: number;
  /** The rest of the run's time, 0..1; null where candidates gave no point, whose time nobody noted. */
  readonly overhead_ratio: number | null;
  /** null, as all money here: nothing that the run used has a price. */
  readonly orchestration_usd: number | null;
  /** At list prices, every machine on demand. */
  readonly usd: number | null;
  readonly usd_on_spot: number | null;
  readonly spot_discount: number;
  /** Which prices, as of when. */
  readonly prices: string | null;
}

export interface ReportedStepCost {
  readonly step: string;
  readonly device: string;
  /** How often this run did it, and how often it found it finished. */
  readonly count: number;
  readonly kept: number;
  readonly seconds: number;
  readonly expected_s: number | null;
  readonly usd: number | null;
  readonly usd_on_spot: number | null;
}

export interface NearestPoint {
  readonly mark: string;
  readonly candidate_id: string;
  readonly precision: Precision;
  readonly broken: readonly BrokenPromise[];
}

export interface BrokenPromise {
  readonly promise: PromiseResult["promise"];
  readonly promised: number;
  readonly measured: number;
  readonly unit: string;
  /** Measured over promised; null where nothing was allowed (promised 0). */
  readonly ratio: number | null;
}

export interface Curve {
  readonly model: "teacher" | "candidate";
  readonly points: readonly CurvePoint[];
}

export interface Example {
  readonly path: string;
  readonly sha256: string;
  readonly true_class: string;
  readonly predicted_class: string;
  readonly probability: number;
  readonly right: boolean;
}

export interface ReportedData {
  readonly classes: readonly string[];
  readonly counts: Readonly<Record<Split, readonly number[]>>;
  readonly left_out: readonly LeftOut[];
  readonly resize: string;
  readonly decoder: { readonly name: string; readonly version: string };
}

export interface ReportedQuantization {
  /** These three are absent in reports from before there were several quantizers. */
  readonly quantizer?: string;
  readonly portability?: Portability;
  readonly choices?: readonly QuantizationChoice[];
  readonly observer: string;
  readonly calibration_count: number;
  readonly weights: string;
  readonly kl_by_observer: Readonly<Record<string, number>>;
  readonly nodes: Readonly<Record<string, { readonly int8: number; readonly fp32: number }>>;
  readonly quantize_nodes: number;
  readonly dequantize_nodes: number;
  readonly dropped_fields: Readonly<Record<string, number>>;
}

/** provenance.json; schemas/provenance.schema.json. */
export interface Provenance {
  readonly version: 1;
  readonly tool: { readonly name: "decant"; readonly version: string };
  readonly data: {
    readonly manifest_hash: string;
    readonly samples: number;
    /** SHA-256 over the sorted content hashes of the packed test samples, one a line. */
    readonly test_digest: string;
    /** Those hashes; null where they are many. */
    readonly test_sha256: readonly string[] | null;
  };
  readonly weights: {
    readonly architecture: string;
    readonly source: string;
    readonly sha256: string | null;
    readonly license: string;
  };
  readonly seed: number;
  readonly threads: { readonly training: number; readonly measuring: number };
  readonly model: { readonly sha256: string; readonly precision: Precision; readonly size_bytes: number } | null;
  readonly machine: MachineFacts | null;
  /** Training speeds that plans were made from. Given to --profile, they make the same file on another machine too. */
  readonly training: TrainingProfile | null;
  readonly steps: Readonly<Record<string, string>>;
  /** The job as a job file may say it; null where it is not known. */
  readonly job: Readonly<Record<string, unknown>> | null;
  readonly rebuild: string;
}

export type { Estimate, PromiseResult, Proportion };
