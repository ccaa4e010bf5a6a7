// State payloads: small JSON objects of pointers into the store, one declared type of which each step takes a slice.
import type { ListedShard } from "../prepared-data/shard-ranges.ts";
import type { StepPointer } from "../store/store.ts";
import type { Candidate } from "./records/training.ts";

export interface RunPayload {
  readonly run: string;
  /** Concurrency of the Map: 1 on the laptop, so that measurements are not disturbed. */
  readonly map_concurrency: number;
  /** Epoch ms after which no new work starts; null without a time promise. */
  readonly deadline_ms: number | null;
  /** Which of core/workflow/target-function.ts measures; the laptop has one function of each and sends 0. */
  readonly target_function?: 0 | 1;
  /** A profile passed in with --profile, already stored as a step. */
  readonly given_profile?: StepPointer;
  /** Whether a Distributed Map can run: in the cloud. Absent on the laptop, which prepares data in one piece. */
  readonly distributed?: true;
  readonly plan?: StepPointer;
  readonly sharding?: { readonly sharded: boolean; readonly shards: readonly ListedShard[] };
  readonly data?: StepPointer;
  readonly profile?: TaskPointer;
  readonly teacher?: TaskPointer;
  /** Of TimeLayers; null where nothing was timed. */
  readonly layer_times?: { readonly pointer: StepPointer | null };
  readonly proposal?: StepPointer & { readonly rung: number; readonly candidates: readonly Candidate[] };
  /** A job of several machines, while the run waits for it. */
  readonly submitted?: { readonly job: string; readonly status?: string };
  readonly results?: readonly CandidateResult[];
  readonly decision?: StepPointer & { readonly next: string; readonly exit: string; readonly reason: string };
  readonly certificate?: StepPointer & { readonly outcome: string };
  readonly report?: StepPointer;
  readonly error?: { readonly Error: string; readonly Cause: string };
}

/** What an execution starts with. */
export type RunInput = RunPayload & Required<Pick<RunPayload, "target_function">>;

/** What a key Lambda answers for a GPU task: the pointer, whether it is done, and the task's environment. */
export interface TaskPointer extends StepPointer {
  readonly done: boolean;
  readonly input: string;
  readonly output: string;
  /** Decimal digits, or empty without a time promise: the task's DEADLINE_MS. */
  readonly deadline_ms: string;
  /** Machines that it runs on; left out: one. */
  readonly nodes?: number;
}

/** One Map item's input: the run's pointers and its candidate. */
export interface CandidatePayload extends RunPayload {
  readonly candidate: Candidate;
  /** null before CompressKey. */
  readonly compressed?: TaskPointer | null;
  readonly quantized?: StepPointer;
  readonly measured?: StepPointer;
}

/** One Map item's output. */
export interface CandidateResult {
  readonly candidate: Candidate;
  readonly compressed?: (StepPointer & Partial<Pick<TaskPointer, "input">>) | null;
  readonly quantized?: StepPointer;
  readonly measured?: StepPointer;
  readonly error?: { readonly Error: string; readonly Cause: string };
}
