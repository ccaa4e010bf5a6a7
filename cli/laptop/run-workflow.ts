// One session of a run on this machine: lease, journal, deadline, the workflow, and what came of it.
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { isAlive } from "../../adapters/lock-file.ts";
import type { ChampionDecision } from "../../core/champion/decision.ts";
import type { DecantError } from "../../core/errors/problem.ts";
import type { ResolvedJob } from "../../core/job/resolved-job.ts";
import type { StepPointer } from "../../core/store/store.ts";
import { WORKFLOW } from "../../core/workflow/document.ts";
import type { Handler } from "../../lambdas/list.ts";
import type { Published } from "../../lambdas/publish.ts";
import { writeRunJob } from "../../lambdas/run-job.ts";
import type { Services } from "../../lambdas/services.ts";
import { toDecantError } from "../../lambdas/state-error.ts";
import { type Ending, endingOf, SUCCEEDED } from "../exit-codes.ts";
import type { RunEvent } from "../progress/run-event.ts";
import { interpret } from "./interpret.ts";
import { openJournal, readJournal } from "./journal.ts";
import { takeLease } from "./lease.ts";
import { type ObservedStates, observeStates } from "./observed-states.ts";
import { clockNow, deadlineMilliseconds } from "./time-account.ts";

/** After an abort: children are gone by then, and whatever is left ends with this process. */
const SETTLE_MS = 4000;

export interface RunRequest {
  readonly services: Services;
  readonly root: string;
  readonly python: string;
  readonly silence_ms_max: number;
  readonly run: string;
  readonly job: ResolvedJob;
  /** Absolute folder of the job file. */
  readonly folder: string;
  readonly given_profile: StepPointer | undefined;
  readonly emit: (event: RunEvent) => void;
  /** Absent: lambdas/list.ts. */
  readonly handlers?: Readonly<Record<string, Handler>>;
}

export interface RunOutcome {
  readonly ending: Ending;
  readonly error: DecantError | undefined;
  readonly report: StepPointer | undefined;
  /** Folder of the artifact that this session published. */
  readonly artifact: string | undefined;
  /** Whether it is the job's champion now, and why. */
  readonly champion: ChampionDecision | undefined;
}

export async function runWorkflow(request: RunRequest): Promise<RunOutcome> {
  const { services, run, emit } = request;
  const session = randomUUID();
  const lease = await takeLease({
    store: services.store,
    run,
    self: { session, host: hostname(), pid: process.pid },
    now: services.now,
    signal: services.signal,
    isAlive,
    onWait: ({ host, pid }) =>
      emit({ event: "waiting", message: `another process (${pid} on ${host}) is working on this run; waiting` }),
  });
  try {
    return await runHoldingLease(request, session);
  } finally {
    await lease.release();
  }
}

async function runHoldingLease(request: RunRequest, session: string): Promise<RunOutcome> {
  const { services, run, job, folder, emit, root } = request;
  const entries = await readJournal(services.store, run);
  const deadline_ms = deadlineMilliseconds(job.budget.time_s, entries, services.now());
  const journal = openJournal(services.store, run, session, services.now, (entries.at(-1)?.sequence ?? 0) + 1);
  emit({ event: "run", run, store: root, resumed: entries.length > 0 });
  await writeRunJob(services, run, { job, folder, clock: clockNow(entries, services.now()) });
  await journal.append({ event: "run-started", deadline_ms });
  const states = observeStates({ ...request, journal });
  const error = await interpretRun(request, states, deadline_ms);
  const ending = error ? endingOf(error.code) : SUCCEEDED;
  await journal
    .append({
      event: "run-ended",
      status: ending.status,
      ...(error && { error: error.code, cause: error.message }),
    })
    .catch(() => undefined); // on a full disk the first error is the one to tell
  return { ending, error, ...productsOf(states) };
}

async function interpretRun(
  { services, run, given_profile, root }: RunRequest,
  states: ObservedStates,
  deadline_ms: number | null,
): Promise<DecantError | undefined> {
  try {
    await interpret({
      document: WORKFLOW,
      input: { run, map_concurrency: 1, deadline_ms, target_function: 0, ...(given_profile && { given_profile }) },
      lambda: states.lambda,
      task: states.task,
      signal: services.signal,
    });
    return undefined;
  } catch (error) {
    return toDecantError(error, root, services.signal);
  } finally {
    await Promise.race([states.settled(), wait(SETTLE_MS, undefined, { ref: false })]);
  }
}

function productsOf(states: ObservedStates): Pick<RunOutcome, "report" | "artifact" | "champion"> {
  const report = states.answerOf("Report") as StepPointer | undefined;
  const published = states.answerOf("Publish") as Published | undefined;
  return {
    report: report && { step: report.step, key: report.key },
    artifact: published?.location,
    champion: published?.champion,
  };
}
