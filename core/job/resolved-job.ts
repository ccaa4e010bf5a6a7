// A job with its defaults filled in and its units resolved: runs/<run>/job.json holds one. Steps read slices of it.
import type { Budget, Resize } from "../workflow/records/plan.ts";

export interface ResolvedJob {
  readonly version: 1;
  readonly name: string;
  readonly task: "image-classification";
  readonly data: {
    /** As written: relative to the job's file, absolute, or s3://bucket/prefix/. */
    readonly source: string;
    /** A key of core/readers; absent: found by looking. */
    readonly layout?: string;
    /** A manifest's column. */
    readonly group?: string;
    readonly resize: Resize;
  };
  readonly model: {
    /** auto, timm:NAME, file:PATH or s3://... */
    readonly teacher: string;
    readonly candidates: "auto";
    /** A timm model name: which network `file:` weights belong to. */
    readonly architecture?: string;
    /** Input sizes that candidates may use, px, descending; absent: worked out from backbone and data. */
    readonly input_sizes?: readonly number[];
  };
  readonly target: { readonly device: string; readonly threads: number };
  readonly budget: Budget;
  /** Percentage points of top-1, and of one class's recall, by which a new file may be worse than the champion. */
  readonly promotion: { readonly margin_points: number; readonly class_margin_points: number };
  readonly seed: number;
}
