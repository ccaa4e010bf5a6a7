// One step, run at most once: look for its done.json; else do the work in a fresh attempt, write output.json, commit.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { storageError } from "../adapters/storage-error.ts";
import { OWN_MACHINE } from "../core/budget/billed-device.ts";
import { type StepUsage, USAGE_FILE } from "../core/budget/usage.ts";
import { DecantError } from "../core/errors/problem.ts";
import { canonicalJson } from "../core/store/canonical-json.ts";
import { stepFolder } from "../core/store/path-rules.ts";
import { stepKey } from "../core/store/step-key.ts";
import type { DoneRecord, StepAttempt, StepPointer } from "../core/store/store.ts";
import { STEP_VERSIONS, type StepName } from "../core/workflow/steps.ts";
import type { Services } from "./services.ts";

export interface StepRequest {
  readonly step: StepName;
  readonly upstream: readonly StepPointer[];
  /** JSON; only what the step reads. */
  readonly slice: unknown;
  /** Seed, threads, architecture, library versions; CPU model and flags where the step measures. */
  readonly environment: Readonly<Record<string, unknown>>;
}

/** The pointer that a request's output lies under, finished or not. */
export function pointerOf(services: Pick<Services, "sha256">, request: StepRequest): StepPointer {
  const key = stepKey({ ...request, version: STEP_VERSIONS[request.step] }, services.sha256);
  return { step: request.step, key };
}

/** Answers a finished step's output, or does `work` (which may write files into `folder`) and keeps its JSON result. */
export async function runStep<T>(
  services: Services,
  request: StepRequest,
  work: (folder: string, attempt: StepAttempt) => Promise<T>,
): Promise<{ pointer: StepPointer; output: T }> {
  const pointer = pointerOf(services, request);
  if (await services.files.find(pointer)) return { pointer, output: await readOutput<T>(services, pointer) };
  const began_ms = services.now();
  const attempt = await services.files.begin(pointer);
  try {
    const result = await work(attempt.folder, attempt);
    services.signal.throwIfAborted();
    await writeFile(join(attempt.folder, "output.json"), `${canonicalJson(result)}\n`);
    await writeFile(join(attempt.folder, USAGE_FILE), `${canonicalJson(usageSince(began_ms, services))}\n`);
    await attempt.commit();
  } catch (error) {
    await attempt.discard().catch(() => undefined); // the first error is the one to tell
    throw storageError(error, attempt.folder);
  }
  // Read back what was kept: where another process won the race, its output is the step's output.
  return { pointer, output: await readOutput<T>(services, pointer) };
}

function usageSince(began_ms: number, { now, billed }: Services): StepUsage {
  const finished_ms = now();
  return { device: billed?.device ?? OWN_MACHINE, seconds: Math.max(0, finished_ms - began_ms) / 1000, finished_ms };
}

/** output.json of a finished step; its other files stay where they are, which in a bucket may be many. */
export async function readOutput<T>(services: Services, pointer: StepPointer): Promise<T> {
  const record = await services.files.find(pointer);
  if (record === undefined) {
    await services.files.folderOf(pointer); // throws, saying why
    throw new DecantError("StoreFailed", `Expected step ${pointer.step} ${pointer.key} to be finished.`);
  }
  try {
    return JSON.parse(await readSmallFile(services, record, "output.json")) as T;
  } catch (cause) {
    throw new DecantError(
      "StoreFailed",
      `Expected output.json of step ${pointer.step} ${pointer.key} to be readable JSON. Run the same command again; if it happens again, the store's disk is losing data.`,
      { cause },
    );
  }
}

/** Text of one file of a finished step, read as an object of the store. */
export async function readSmallFile(
  services: Pick<Services, "store">,
  record: DoneRecord,
  name: string,
): Promise<string> {
  const object = await services.store.get(`${stepFolder(record)}/${record.attempt}/${name}`);
  if (object) return new TextDecoder().decode(object.bytes);
  throw new DecantError("StoreFailed", `Expected ${name} in step ${record.step} ${record.key}, but it is gone.`);
}
