// RecordFailure: writes what stopped the run, and which finished steps are kept, into the run's folder.
import { runFolder } from "../core/store/path-rules.ts";
import type { StepPointer } from "../core/store/store.ts";
import { executionError } from "../core/workflow/execution-error.ts";
import type { RunPayload } from "../core/workflow/payload.ts";
import { replaceObject } from "./replace-object.ts";
import { failureMetrics } from "./run-metrics.ts";
import type { Services } from "./services.ts";

export interface FailureRecord {
  readonly error: string;
  readonly cause: string;
  readonly at: string;
  /** Finished steps that the next run of the same command goes on from. */
  readonly kept: readonly StepPointer[];
}

const STEP_FIELDS = ["plan", "data", "profile", "teacher", "proposal", "decision", "certificate", "report"] as const;

export async function recordFailure(payload: RunPayload, services: Services): Promise<FailureRecord> {
  const { Error: name, Cause: cause } = payload.error ?? { Error: "Defect", Cause: "no cause was given" };
  const error = executionError(name, cause);
  const failure: FailureRecord = {
    error: error.code,
    cause: error.message,
    at: new Date(services.now()).toISOString(),
    kept: await finishedSteps(payload, services),
  };
  const bytes = new TextEncoder().encode(`${JSON.stringify(failure, null, 2)}\n`);
  await replaceObject(services.store, `${runFolder(payload.run)}/failure.json`, bytes);
  for (const metric of failureMetrics(payload.run, failure.error)) services.metric?.(metric);
  return failure;
}

async function finishedSteps(payload: RunPayload, services: Services): Promise<StepPointer[]> {
  const kept: StepPointer[] = [];
  for (const field of STEP_FIELDS) {
    const pointer = payload[field];
    if (pointer && (await services.files.find(pointer))) kept.push({ step: pointer.step, key: pointer.key });
  }
  return kept;
}
