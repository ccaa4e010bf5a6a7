// What a run tells while it works: one event type, three renderers (live list, plain lines, JSON lines).
import type { ProgressEvent } from "../../lambdas/services.ts";
import type { Status } from "../exit-codes.ts";

export type RunEvent =
  | { readonly event: "run"; readonly run: string; readonly store: string; readonly resumed: boolean }
  | { readonly event: "waiting"; readonly message: string }
  | { readonly event: "warning"; readonly message: string }
  | {
      readonly event: "state";
      readonly state: string;
      readonly status: "entered" | "succeeded" | "failed";
      readonly candidate?: string;
      readonly seconds?: number;
      readonly message?: string;
    }
  | ({ readonly event: "progress" } & ProgressEvent);

export interface RunResult {
  readonly status: Status;
  readonly run: string | null;
  /** Folder of the published artifact; null where none was published. */
  readonly artifact: string | null;
  /** report.html; null where the run ended before its report. */
  readonly report: string | null;
}

/** All that is told at the end, ready to read. The result is the last line of `--json`. */
export interface RunEnding {
  readonly result: RunResult;
  /** What stopped the run. */
  readonly problems: readonly string[];
  /** The short table of what came out. */
  readonly table: readonly string[];
  /** How to go on. */
  readonly hints: readonly string[];
}

export interface Renderer {
  show(event: RunEvent): void;
  end(ending: RunEnding): Promise<void>;
}
