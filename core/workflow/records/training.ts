// What the GPU tasks write: profile.json, and output.json of FineTune and Compress. Python reads and writes the same
// through schemas/{profile,teacher,candidate,compressed}.schema.json.

export interface TrainingProfile {
  readonly device: "cpu" | "cuda";
  readonly machine: string;
  readonly threads: number;
  readonly versions: Readonly<Record<string, string>>;
  readonly speeds: readonly TrainingSpeed[];
}

/** Measured on synthetic data: the fastest of several steps, in turns that lie apart. */
export interface TrainingSpeed {
  readonly architecture: string;
  readonly input_size: number;
  readonly batch_size: number;
  /** Forward, backward and optimizer step. */
  readonly train_ms_per_sample: number;
  /** Of a network that doesn't change any more: by ONNX Runtime on a CPU. */
  readonly forward_ms_per_sample: number;
}

/** Parameters of FineTune, worked out by the planner from profile and budget. */
export interface TeacherRecipe {
  /** The largest whose linear probe the time allows. */
  readonly input_size: number;
  /** Whose linear probes are tried beside it, descending: the best of all goes on. */
  readonly smaller_sizes: readonly number[];
  readonly epochs: number;
  readonly batch_size: number;
  readonly learning_rate: number;
  /** Epochs of the linear probe over cached features (cheap). */
  readonly probe_epochs: number;
}

export interface TriedTransfer {
  readonly name: string;
  readonly input_size: number;
  readonly validation_top1: number;
  readonly steps: number;
}

export interface TeacherOutput {
  readonly architecture: string;
  readonly input_size: number;
  /** The winner on validation. */
  readonly strategy: string;
  readonly strategies: readonly TriedTransfer[];
  readonly validation_count: number;
  readonly parameters: number;
  readonly macs: number;
  /** Relative error and argmax agreement of teacher.onnx against PyTorch on real samples. */
  readonly parity: Parity;
  /** File names: weights, fp32 ONNX at input_size, fp32 ONNX of the same at the pretrained size, curves. */
  readonly files: {
    readonly weights: "teacher.safetensors";
    readonly onnx: "teacher.onnx";
    readonly baseline: "baseline.onnx";
    readonly curves: "curves.json";
  };
}

export interface Parity {
  readonly relative_error_max: number;
  readonly argmax_equal: number;
  readonly ties: number;
  readonly n: number;
}

/** curves.json is an array of these. */
export interface CurvePoint {
  /** A strategy of the teacher's, or of a student: distill, refine, quantization. */
  readonly phase: string;
  readonly epoch: number;
  readonly step: number;
  readonly train_loss: number;
  readonly validation_top1?: number;
  readonly validation_loss?: number;
}

export interface Candidate {
  /** Unique within a run, e.g. "160px-54w-int8". */
  readonly id: string;
  readonly rung: number;
  readonly input_size: number;
  /** null: the full backbone. */
  readonly prune: PruneRecipe | null;
  readonly training: DistillRecipe;
  /** Every hard-swish is replaced by a ReLU before training, since it has no int8 kernel; absent: the backbone's own. */
  readonly activation?: "relu";
  readonly precision: "int8" | "fp32";
  /** Id of an earlier rung's candidate whose student is trained on for `training`, instead of a new one; shape as there. */
  readonly continues?: string;
}

export interface PruneRecipe {
  readonly pruner: string;
  readonly importance: string;
  /** Fraction of the backbone's parameters and MACs that may remain (head included); absent: no limit. */
  readonly parameters_ratio?: number;
  readonly macs_ratio?: number;
  /** Predicted p50 of the int8 student on the target, at most; needs the step that times layers. */
  readonly latency_ms?: number;
  readonly channel_multiple: number;
}

export interface DistillRecipe {
  readonly epochs: number;
  readonly batch_size: number;
  readonly learning_rate: number;
  readonly temperature: number;
  /** Weight of the distillation loss; the rest is cross-entropy on labels. */
  readonly distillation_weight: number;
  /** So many of the epochs, the last ones, train a copy of the student with simulated int8; absent: none. */
  readonly quantization_epochs?: number;
  /** What is different for a student that stands near its teacher before training; absent: nothing. */
  readonly refinement?: Refinement;
}

/** Small steps on blended views, with batch statistics that stay: for a student that has something to lose. */
export interface Refinement {
  /** Mean KL of the student's answers from the teacher's, in nats, on unaugmented training samples, before training. */
  readonly below_divergence: number;
  readonly learning_rate: number;
  /** Of each view's samples, so many are blended with another one. */
  readonly mixed_share: number;
  /** In this share of the epochs, the last ones, batch norms keep the statistics of unblended training samples. */
  readonly frozen_share: number;
}

export interface CompressedOutput {
  readonly candidate: Candidate;
  readonly validation_top1: number;
  readonly validation_count: number;
  readonly parameters: number;
  readonly macs: number;
  /** Residual blocks that the student does without, by their name in the architecture. */
  readonly removed_blocks?: readonly string[];
  /** How far the student stood from its teacher, and whether that made it one to refine; null: it wasn't trained. */
  readonly before_training?: { readonly divergence: number; readonly refined: boolean } | null;
  /** Epochs of the recipe that there was no time for. */
  readonly epochs_missed?: number;
  /** By layer times, where the recipe limits the latency. */
  readonly predicted_latency_ms?: number | null;
  readonly parity: Parity;
  readonly files: {
    readonly weights: "student.safetensors";
    readonly onnx: "model.onnx";
    readonly curves: "curves.json";
    /** After quantization_epochs. */
    readonly trained_for_int8?: TrainedForInt8;
  };
}

/** The graph of model.onnx with weights that were trained to be rounded, and the activations' learned ranges. */
export interface TrainedForInt8 {
  readonly onnx: "int8-trained.onnx";
  /** A LearnedRanges. */
  readonly ranges: "ranges.json";
}

/** By value of model.onnx: low <= 0 <= high, float32. */
export type LearnedRanges = Readonly<Record<string, { readonly low: number; readonly high: number }>>;
