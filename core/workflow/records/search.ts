// What Propose writes: a rung of candidates, why each is tried, what was predicted of it, and who of the rung before fell out.
import type { Candidate } from "./training.ts";

/** Of a candidate's int8 file, before anything of it was made. */
export interface PredictedFile {
  readonly size_bytes: number;
  /** Median, on the target. */
  readonly latency_ms_p50: number;
  /** Where the latency comes from. */
  readonly basis: "layer-times" | "macs";
}

/** Measured over predicted, median over the files measured so far; 1: nothing measured. The next predictions are multiplied by it. */
export interface PredictionFactors {
  readonly size: number;
  readonly latency: number;
}

export interface ProposedCandidate {
  readonly candidate_id: string;
  readonly rung: number;
  readonly why: string;
  /** Multiplied by the factors that were known then. */
  readonly predicted: PredictedFile;
  readonly factors: PredictionFactors;
  /** Of training in all rungs, once this one is done. */
  readonly epochs_total: number;
}

export interface DroppedCandidate {
  readonly candidate_id: string;
  /** After which it fell out. */
  readonly rung: number;
  readonly reason: string;
}

/** One rung as the time allows it. */
export interface PlannedRung {
  readonly candidates: number;
  /** Of each in this rung; in rungs to come those of the dearest candidate. */
  readonly epochs: number;
}

export interface Proposal {
  readonly rung: number;
  readonly candidates: readonly Candidate[];
  /** Of this rung. */
  readonly estimate_s: number;
  readonly why: string;
  readonly proposed: readonly ProposedCandidate[];
  readonly dropped: readonly DroppedCandidate[];
  /** This rung and those planned behind it. */
  readonly planned: readonly PlannedRung[];
  /** Compress keys of the students that candidates continue, by candidate id. */
  readonly students: Readonly<Record<string, string>>;
}
