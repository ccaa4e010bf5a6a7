// What a measuring process is asked and what it answers: one line of JSON each way.
import type { ProfiledModel } from "../../core/layer-times/table-of.ts";
import type { Blocks } from "../../core/statistics/latency.ts";

/** Times models against each other, in alternating blocks. */
export interface LatencyRequest {
  readonly kind: "latency";
  readonly models: readonly TimedModel[];
  readonly threads: number;
  readonly blocks: number;
  readonly runs_per_block: number;
  /** More blocks until so many seconds are over, whatever the times are, blocks_max in all at most; absent: none. */
  readonly longer?: { readonly seconds: number; readonly blocks_max: number };
  /**
   * "wall", the default, is what a user waits; "cpu" is what this process used, which others on the machine hardly change: for
   * comparing models that run on one thread.
   */
  readonly clock?: "cpu" | "wall";
}

export interface TimedModel {
  readonly name: string;
  readonly path: string;
  /** A packed array whose first images are fed; without one, random input of the model's declared type and shape. */
  readonly npy?: string;
}

/** Runs models over packed arrays, batch 1. */
export interface LogitsRequest {
  readonly kind: "logits";
  readonly models: readonly { readonly path: string; readonly npy: readonly string[] }[];
  readonly threads: number;
}

/** Counts a model's parameters and multiply-accumulates. */
export interface CostRequest {
  readonly kind: "cost";
  readonly path: string;
}

/** Times the single nodes of models that are fed random values. */
export interface ProfileRequest {
  readonly kind: "profile";
  readonly models: readonly {
    readonly name: string;
    readonly path: string;
    /** Whole runs are timed too, without a profile. */
    readonly whole_runs: boolean;
  }[];
  readonly threads: number;
  readonly rounds: number;
  readonly runs_per_round: number;
  /** No model is opened and no round begins after this many seconds: of the process's own on one thread. */
  readonly limit_s: number;
}

export type MeasuringRequest = CostRequest | LatencyRequest | LogitsRequest | ProfileRequest;

export interface LatencyAnswer {
  readonly kind: "latency";
  /** Size and hash of the file that was timed, as the measuring process read it. */
  readonly files: readonly { readonly name: string; readonly size_bytes: number; readonly sha256: string }[];
  readonly blocks_ms: Readonly<Record<string, Blocks>>;
}

export interface LogitsAnswer {
  readonly kind: "logits";
  /** In the order of the request's models. */
  readonly models: readonly ModelLogits[];
}

export interface ModelLogits {
  readonly size_bytes: number;
  readonly sha256: string;
  readonly classes: number;
  /** float32 little-endian [N, classes], base64. */
  readonly logits: string;
}

export interface CostAnswer {
  readonly kind: "cost";
  readonly parameters: number;
  /** null where a shape could not be found. */
  readonly macs: number | null;
}

export interface ProfileAnswer {
  readonly kind: "profile";
  /** In the order of the request's models; the last may be missing. */
  readonly models: readonly ProfiledModel[];
}

export interface FailedAnswer {
  readonly kind: "failed";
  readonly code: string;
  readonly message: string;
}
