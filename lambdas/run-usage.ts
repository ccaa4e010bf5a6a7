// What the steps of a run have used so far, read from the steps themselves.
import { failedUsageFile, parseUsage, type RunStepUsage, USAGE_FILE } from "../core/budget/usage.ts";
import { parseDoneRecord } from "../core/store/done-record.ts";
import { attemptOf, donePath, stepFolder } from "../core/store/path-rules.ts";
import type { StepPointer, Store } from "../core/store/store.ts";
import type { RunPayload } from "../core/workflow/payload.ts";
import type { Decision } from "../core/workflow/records/measurement.ts";

/** `attempt`: the one that failed, where it may have. */
export type UsedStep = StepPointer & { readonly attempt?: string | undefined };

/** Every step that the run has come by, each once. A given profile was not measured by it. */
export function stepsOf(payload: RunPayload, decision: Decision | undefined): UsedStep[] {
  const { plan, sharding, data, profile, teacher, proposal, results = [], decision: decided, certificate } = payload;
  const layers = payload.layer_times?.pointer ?? undefined;
  const { points = [], rejected = [] } = decision ?? {};
  const pointers: UsedStep[] = [
    ...(sharding?.sharded ? sharding.shards : []).map(({ key }) => ({ step: "prepare-shard", key })),
    ...[plan, data, payload.given_profile ? undefined : profile, teacher, layers, proposal, decided, certificate],
    ...points.map(({ compress_key }) => ({ step: "compress", key: compress_key })),
    ...points.map(({ quantize_key }) => ({ step: "quantize", key: quantize_key })),
    ...points.map(({ measure_key }) => ({ step: "measure", key: measure_key })),
    // Behind the points, which don't know their attempts: of two pointers to one step the last counts.
    ...results.flatMap(({ compressed, quantized, measured }) => [
      compressed ? { ...compressed, attempt: attemptOf(compressed) } : undefined,
      quantized,
      measured,
    ]),
    ...rejected.flatMap(({ compress }) => (compress ? [{ step: "compress", ...compress }] : [])),
  ].filter((pointer) => pointer !== undefined);
  return [...new Map(pointers.map(({ step, key, attempt }) => [`${step}/${key}`, { step, key, attempt }])).values()];
}

/** @param since_ms when the run began: steps finished before were there already */
export async function readUsage(
  store: Store,
  pointers: readonly UsedStep[],
  since_ms: number,
): Promise<RunStepUsage[]> {
  const found = await Promise.all(pointers.map((pointer) => readStepUsage(store, pointer, since_ms)));
  return found.filter((usage) => usage !== undefined);
}

async function readStepUsage(store: Store, pointer: UsedStep, since_ms: number): Promise<RunStepUsage | undefined> {
  const object = await store.get(donePath(pointer));
  const done = object && parseDoneRecord(object.bytes, pointer);
  const failed = pointer.attempt && failedUsageFile(pointer.attempt);
  const name = done ? `${done.attempt}/${USAGE_FILE}` : failed;
  const file = name && (await store.get(`${stepFolder(pointer)}/${name}`));
  const usage = file ? parseUsage(file.bytes) : undefined;
  return usage && { step: pointer.step, ...usage, kept: usage.finished_ms < since_ms };
}
