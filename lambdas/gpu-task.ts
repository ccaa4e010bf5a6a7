// What the key Lambdas of GPU tasks share: the key, whether the step is done, and the task's input.json where it isn't.

import { DecantError } from "../core/errors/problem.ts";
import { total } from "../core/planner/teacher-recipe.ts";
import { trainingNodes } from "../core/planner/training-nodes.ts";
import { stepFolder } from "../core/store/path-rules.ts";
import type { StepPointer } from "../core/store/store.ts";
import type { RunPayload, TaskPointer } from "../core/workflow/payload.ts";
import type { Backbone, PlanRecord } from "../core/workflow/records/plan.ts";
import { TASK_PACKAGES } from "../core/workflow/task-packages.ts";
import { pointerOf } from "./run-step.ts";
import type { Services } from "./services.ts";

const MAX_ATTEMPTS = 10_000;

export interface GpuTaskRequest {
  readonly step: "profile" | "fine-tune" | "compress";
  readonly upstream: readonly StepPointer[];
  /** What of the parameters the bytes depend on. */
  readonly slice: unknown;
  readonly environment?: Readonly<Record<string, unknown>>;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Machines that train as one; left out: one. */
  readonly nodes?: number;
}

/** The pointer of a task's output; `done` where nothing is left to do, else with an input.json for a fresh attempt. */
export async function taskPointer(
  payload: Pick<RunPayload, "deadline_ms">,
  plan: Pick<PlanRecord, "seed" | "threads">,
  request: GpuTaskRequest,
  services: Services,
): Promise<TaskPointer> {
  const pointer = pointerOfTask(plan, request, services);
  const output = services.files.addressOf(pointer);
  const deadline_ms = payload.deadline_ms === null ? "" : String(Math.round(payload.deadline_ms));
  const done = (await services.files.find(pointer)) !== undefined;
  const input = done ? "" : `${output}/${await writeInput(pointer, plan, request, services)}`;
  return { ...pointer, done, input, output, deadline_ms, nodes: request.nodes ?? 1 };
}

/** The pointer of a task's output, finished or not. */
export function pointerOfTask(
  plan: Pick<PlanRecord, "seed" | "threads">,
  { step, upstream, slice, environment, nodes = 1 }: GpuTaskRequest,
  services: Services,
): StepPointer {
  const everywhere = taskEnvironment(plan, services);
  const together = nodes > 1 ? { nodes } : {}; // sums over machines are rounded in another order
  return pointerOf(services, { step, upstream, slice, environment: { ...everywhere, ...environment, ...together } });
}

/** Machines that train as one on this plan's samples. */
export function nodesOf({ counts }: Pick<PlanRecord, "counts">, { task_nodes_max = 1 }: Services): number {
  return trainingNodes(total(counts.train), task_nodes_max);
}

function taskEnvironment({ seed, threads }: Pick<PlanRecord, "seed" | "threads">, { task_machine }: Services) {
  const versions = Object.fromEntries(TASK_PACKAGES.map((name) => [name, task_machine.versions[name] ?? null]));
  return { seed, threads, architecture: task_machine.architecture, versions };
}

/** The plan's backbone as a key may see it: the weights by their hash, not by where they lie. */
export function backboneSlice({ weights, ...backbone }: Backbone): unknown {
  if (weights.kind === "file") return { ...backbone, weights: { kind: weights.kind, sha256: weights.sha256 } };
  return { ...backbone, weights };
}

/** Attempts are counted, and each has its own input, so that two processes never write into one folder. */
async function writeInput(
  pointer: StepPointer,
  { seed, threads }: Pick<PlanRecord, "seed" | "threads">,
  { step, upstream, parameters }: GpuTaskRequest,
  services: Services,
): Promise<string> {
  const inputs: Record<string, string> = {};
  for (const finished of upstream) inputs[finished.step] = await services.files.locationOf(finished);
  for (let count = 1; count < MAX_ATTEMPTS; count += 1) {
    const attempt = `task-${String(count).padStart(4, "0")}`;
    const name = `input-${attempt}.json`;
    const record = { task: step, step, key: pointer.key, attempt, inputs, parameters, seed, threads };
    const bytes = new TextEncoder().encode(`${JSON.stringify(record, null, 2)}\n`);
    if (await services.store.putIfAbsent(`${stepFolder(pointer)}/${name}`, bytes)) return name;
  }
  const message = `Expected fewer than ${MAX_ATTEMPTS} attempts at step ${step} ${pointer.key}: something stops each of them. Delete that step's folder and run the same command again.`;
  throw new DecantError("StoreFailed", message);
}
