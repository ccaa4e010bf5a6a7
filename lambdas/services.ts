// What a step may use of the outside world. The laptop and the cloud each build one; tests build small ones.
import type { FetchData } from "../adapters/data-source/read-source.ts";
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

export interface Metric {
  readonly name: string;
  readonly value: number;
  readonly unit: "Bytes" | "Count" | "None" | "Percent" | "Seconds";
  /** What to tell apart: each value is a metric of its own. */
  readonly dimensions?: Readonly<Record<string, string>>;
  /** Beside the number in the log, where queries find it. */
  readonly about?: Readonly<Record<string, unknown>>;
}

export type TaskMachine = Pick<MachineFacts, "architecture" | "cores" | "cpu_flags" | "cpu_model" | "versions">;

export interface Services {
  readonly store: Store;
  readonly files: StepFiles;
  /** Where Publish puts artifacts. */
  readonly artifacts: ArtifactShelf;
  /** Brings a job's data from a bucket to this machine; left out: such data is refused. */
  readonly fetchData?: FetchData;
  /** SHA-256 in lower-case hex of the object at an s3:// address; undefined where there is none. */
  readonly hashObject?: (address: string) => Promise<string | undefined>;
  /** SHA-256 in lower-case hex. */
  readonly sha256: (bytes: Uint8Array | string) => string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Where this handler runs: what is measured here is true of it. */
  readonly machine: MachineFacts;
  /** Where GPU tasks run: on the laptop the same machine. What they write is keyed by it, whichever handler asks. */
  readonly task_machine: TaskMachine;
  /** How many of them may train as one; left out: one. */
  readonly task_nodes_max?: number;
  readonly progress: (event: ProgressEvent) => void;
  /** What a second of this handler is paid for, and where; left out: this machine has no price. */
  readonly billed?: { readonly device: string; readonly region: string };
  /** Takes a number for the deployment's dashboard and alarms; left out: nobody watches. */
  readonly metric?: (metric: Metric) => void;
  readonly signal: AbortSignal;
}
