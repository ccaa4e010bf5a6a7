// What Plan writes: plan.json and manifest.jsonl. schemas/plan.schema.json is the same for Python.

export type Split = "train" | "validation" | "test";
export type Resize = "cover" | "contain" | "stretch";

/** One line of manifest.jsonl, in manifest order (code-point order of path). */
export interface ManifestRow {
  /** Relative to the data source, forward slashes. */
  readonly path: string;
  readonly sha256: string;
  readonly size_bytes: number;
  /** Index into PlanRecord.classes. */
  readonly label: number;
  readonly split: Split;
  readonly group?: string;
}

export interface LeftOut {
  readonly path: string;
  readonly reason: "corrupt" | "duplicate" | "contradictory-label" | "too-small" | "too-large" | "unsupported";
  readonly detail: string;
}

export type WeightsSource =
  | { readonly kind: "package"; readonly package: string; readonly version: string; readonly sha256: string }
  | { readonly kind: "file"; readonly path: string; readonly sha256: string }
  | { readonly kind: "timm"; readonly name: string };

export interface Backbone {
  /** A timm model name, e.g. tf_efficientnet_lite0. */
  readonly architecture: string;
  readonly weights: WeightsSource;
  /** Pretrained input size, px. */
  readonly input_size: number;
  /** Per channel, of RGB scaled to 0..1. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** Every promise is optional; one left out is not made. */
export interface Budget {
  readonly size_bytes?: number;
  readonly latency_ms_p95?: number;
  /** Percentage points of top-1, 0..100: teacher minus shipped file. */
  readonly accuracy_drop_points?: number;
  readonly time_s?: number;
  readonly spend_usd?: number;
}

export interface PlanRecord {
  readonly job_name: string;
  readonly task: "image-classification";
  readonly classes: readonly string[];
  /** SHA-256 of the canonical rows (sha256, label, split, group), so of content, not of paths. */
  readonly manifest_hash: string;
  /** Samples by split and class index. */
  readonly counts: Readonly<Record<Split, readonly number[]>>;
  readonly left_out: readonly LeftOut[];
  readonly backbone: Backbone;
  readonly resize: Resize;
  /** Every input size that a candidate or the teacher may use, px, descending; holds the pretrained size. */
  readonly input_sizes: readonly number[];
  /** Side of the squares that training cuts augmented crops from, px. */
  readonly crop_size: number;
  readonly budget: Budget;
  readonly target: { readonly device: string; readonly threads: number };
  readonly seed: number;
  /** Threads for training and preparation. */
  readonly threads: number;
}
