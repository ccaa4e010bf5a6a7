// What a step may use of the outside world. The laptop and the cloud each build one; tests build small ones.
import type { ArtifactShelf } from "../core/artifact/artifact-shelf.ts";
import type { StepFiles, Store } from "../core/store/store.ts";
import type { MachineFacts } from "../core/workflow/records/measurement.ts";

export interface ProgressEvent {
  readonly step: string;
  readonly done?: number;
  readonly total?: number;
  readonly message?: string;
  readonly metrics?: Readonly<Record<string, number>>;
}

export type TaskMachine = Pick<MachineFacts, "architecture" | "cores" | "cpu_flags" | "cpu_model" | "versions">;

export interface Services {
  readonly store: Store;
  readonly files: StepFiles;
  /** Where Publish puts artifacts. */
  readonly artifacts: ArtifactShelf;
  /** SHA-256 in lower-case hex. */
  readonly sha256: (bytes: Uint8Array | string) => string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Where this handler runs: what is measured here is true of it. */
  readonly machine: MachineFacts;
  /** Where GPU tasks run: on the laptop the same machine. What they write is keyed by it, whichever handler asks. */
  readonly task_machine: TaskMachine;
  readonly progress: (event: ProgressEvent) => void;
  readonly signal: AbortSignal;
}
