// What Quantize, Measure, Decide and Certify write as output.json.
import type { DroppedCandidate, ProposedCandidate } from "./search.ts";
import type { Candidate } from "./training.ts";

export type Precision = "int8" | "mixed" | "fp32";

/** What Quantize writes: the int8 file, and the candidate's float file that ships where int8 doesn't. Both say what they are. */
export const QUANTIZED_FILES = { int8: "model.onnx", fp32: "fp32.onnx" } as const;

/** Pairs of weights that x86 CPUs without VNNI multiply into int16, and how many of them can overflow it. */
export interface PairCount {
  /** Which weights are a pair. */
  readonly order: string;
  readonly pairs: number;
  readonly violating_pairs: number;
}

/** The count in the file, and what keeping it at 0 costs before adaptive rounding, which follows: signal to quantization noise
 * of the weights, mean over layers. */
export interface Portability extends PairCount {
  readonly weight_sqnr_db: number;
  readonly weight_sqnr_db_unlimited: number;
  /** KL to fp32 on held-back samples, of softened answers, with the limit and without it. */
  readonly kl: number;
  readonly kl_unlimited: number;
}

/** An int8 model with some layers in fp32, timed on the target. */
export interface TimedPrecision {
  readonly name: string;
  /** First outputs of the layers that stay in fp32. */
  readonly fp32_nodes: readonly string[];
  /** How many times faster than the standard variant. */
  readonly speed_ratio: Estimate;
  /** Whether a longer run showed it to be faster than what was best before. */
  readonly confirmed: boolean;
}

/** Output of the step that times precisions by layer: a measurement, taken once for each structure, CPU and runtime. */
export interface PrecisionTimes {
  readonly standard: string;
  readonly fastest: string;
  /** How many times faster than the standard variant the float model is: above 1, int8 doesn't pay at all. */
  readonly fp32_speed_ratio: number;
  readonly variants: readonly TimedPrecision[];
}

/**
 * One thing that the quantizer tried, and whether it stayed. KL to fp32 in nats, mean over held-back samples, of answers softened to
 * a spread of 1 (learned ranges: as they are, on samples that nothing was trained on).
 */
export interface QuantizationChoice {
  readonly choice:
    | "activation-ranges"
    | "adaptive-rounding"
    | "equalization"
    | "fp32-layers"
    | "learned-ranges"
    | "pair-limit";
  readonly taken: boolean;
  readonly kl_before: number;
  readonly kl_after: number;
  /** How many times faster the file is with it, where that was measured on the target. */
  readonly speed_ratio: number | null;
  readonly detail: string;
}

/** Quantize's output, about the int8 file. */
export interface QuantizedOutput {
  /** The quantizer's key. */
  readonly quantizer: string;
  readonly portability: Portability;
  readonly choices: readonly QuantizationChoice[];
  readonly observer: "min-max" | "percentile" | "squared-error";
  readonly calibration_count: number;
  readonly weights: "per-channel" | "per-tensor";
  /** KL of softened answers, fp32 to int8, mean over held-back calibration samples, by observer tried. */
  readonly kl_by_observer: Readonly<Record<string, number>>;
  /** Nodes by operator and precision, e.g. {"Conv": {"int8": 48, "fp32": 0}}. */
  readonly nodes: Readonly<Record<string, { readonly int8: number; readonly fp32: number }>>;
  readonly quantize_nodes: number;
  readonly dequantize_nodes: number;
  /** Harmless ONNX fields that the rewrite left out, with counts. */
  readonly dropped_fields: Readonly<Record<string, number>>;
  readonly size_bytes: number;
  /** Bytes of initializers by the node that uses them, for "size by layer". */
  readonly size_by_layer: readonly {
    readonly layer: string;
    readonly size_bytes: number;
    readonly precision: Precision;
  }[];
}

/** A proportion with its 95 % interval (Wilson). */
export interface Proportion {
  readonly value: number;
  readonly count: number;
  readonly n: number;
  readonly low: number;
  readonly high: number;
}

/** An estimate with its 95 % interval. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

export interface Accuracy {
  readonly top1: Proportion;
  /** null where a class has fewer than 5 samples: not measured. */
  readonly recall_per_class: readonly (Proportion | null)[];
  /** Mean of the measured recalls. */
  readonly macro_recall: Estimate;
  /** [true class][predicted class] */
  readonly confusion: readonly (readonly number[])[];
  readonly agreement_with_teacher: Proportion;
  /** Mean KL(teacher || this), nats. */
  readonly kl_to_teacher: Estimate;
  /** Percentage points, teacher minus this, paired on the same samples. */
  readonly drop_points: Estimate;
}

export interface Latency {
  readonly ms_p50: number;
  readonly ms_p95: number;
  readonly ms_p99: number;
  /** Upper 95 % bound of p95 over blocks: what a promise is held against. */
  readonly ms_p95_upper: number;
  /** Speed-up: baseline p50 over this p50, by block. */
  readonly speedup_over_baseline: Estimate;
  readonly blocks: number;
  readonly runs_per_block: number;
  /** Every run's time in ms, block by block, for the distribution plot. */
  readonly samples_ms: readonly (readonly number[])[];
}

export interface MeasuredFile {
  readonly precision: Precision;
  readonly sha256: string;
  readonly size_bytes: number;
  readonly accuracy: Accuracy;
  readonly latency: Latency;
}

export interface MachineFacts {
  readonly cpu_model: string;
  readonly cpu_flags: readonly string[];
  readonly cores: number;
  readonly memory_bytes: number;
  readonly os: string;
  readonly architecture: string;
  readonly versions: Readonly<Record<string, string>>;
}

/**
 * Measure's output, on validation. `fp32` is the candidate's own float file. Beside it Measure writes predictions.json
 * (records/predictions.ts), from which the report takes its examples.
 */
export interface Measurement {
  readonly candidate: Candidate;
  readonly split: "validation" | "test";
  readonly shipped: MeasuredFile;
  readonly fp32: MeasuredFile;
  readonly teacher: { readonly top1: Proportion; readonly size_bytes: number };
  readonly baseline: { readonly latency: Latency; readonly size_bytes: number; readonly input_size: number };
  readonly agreement_with_fp32: Proportion;
  /** Of its recipe, for want of time; absent: none. */
  readonly epochs_missed?: number;
  readonly parameters: number;
  readonly macs: number;
  readonly machine: MachineFacts;
  readonly threads: number;
}

export type Verdict = "passed" | "failed" | "not-measured";

export interface PromiseResult {
  readonly promise: "size" | "latency-p95" | "accuracy-drop" | "time" | "spend";
  readonly verdict: Verdict;
  readonly promised: number;
  readonly measured: number | null;
  readonly low?: number;
  readonly high?: number;
  readonly unit: string;
  readonly reason: string;
}

/** One point that Decide ranks: a candidate's file of one precision. */
export interface DecidedPoint {
  readonly candidate_id: string;
  readonly precision: Precision;
  readonly measure_key: string;
  readonly quantize_key: string;
  readonly compress_key: string;
  readonly epochs_missed?: number;
  readonly size_bytes: number;
  readonly latency_ms_p50: number;
  readonly latency_ms_p95_upper: number;
  readonly top1: Proportion;
  readonly agreement_with_teacher: Proportion;
  readonly kl_to_teacher: number;
  readonly promises: readonly PromiseResult[];
  readonly on_front: boolean;
}

export interface RejectedCandidate {
  readonly candidate_id: string;
  readonly code: string;
  readonly reason: string;
  /** Its training, which was paid for; left out where none began. */
  readonly compress?: { readonly key: string; readonly attempt: string };
}

export interface Decision {
  readonly next: "propose" | "certify" | "infeasible" | "stopped";
  /** Which budget ended where `next` is stopped. */
  readonly exit: "Deadline" | "Spend" | null;
  readonly reason: string;
  readonly rungs: number;
  readonly points: readonly DecidedPoint[];
  /** Candidates that gave no point, and why. */
  readonly rejected: readonly RejectedCandidate[];
  readonly chosen: DecidedPoint | null;
  /** Certify attempts that broke size or latency, so that the next point goes forward. */
  readonly refused_by_certify: readonly string[];
  /** Every candidate of every rung so far. */
  readonly tried: readonly Candidate[];
  /** What was predicted of each of them, and why it was tried. */
  readonly proposed: readonly ProposedCandidate[];
  /** Which of them fell out after which rung, and why. */
  readonly dropped: readonly DroppedCandidate[];
}

/** The chosen file and the teacher. Its own fp32 is only timed beside it, since test is read for nothing else. */
export interface CertifiedMeasurement extends Omit<Measurement, "fp32" | "agreement_with_fp32"> {
  readonly fp32: Omit<MeasuredFile, "accuracy">;
}

/** Certify's output: the chosen file measured again in a fresh process, on test, read once. */
export interface Certificate {
  readonly point: DecidedPoint;
  /** null where size or latency was broken: test was not read. */
  readonly measurement: CertifiedMeasurement | null;
  readonly promises: readonly PromiseResult[];
  readonly outcome: "kept" | "broken-size-or-latency" | "broken-accuracy";
}
