// The starter and the sweeper as AWS Lambda functions. Outside the workflow nobody catches errors: what was refused is
// written down and counted, and only what may succeed later is thrown, so that Lambda asks again and then keeps the event
// in the dead-letter queue.
import { createHash } from "node:crypto";
import { SFNClient } from "@aws-sdk/client-sfn";
import { createExecutionStarter } from "../adapters/aws/execution-starter.ts";
import { type Environment, requiredVariable } from "../adapters/lambda-machine.ts";
import { createS3Client } from "../adapters/s3/client.ts";
import { createS3Inbox } from "../adapters/s3/inbox.ts";
import { createS3Store } from "../adapters/s3/store.ts";
import { DecantError } from "../core/errors/problem.ts";
import { parseEvent } from "../core/trigger/parse-event.ts";
import { metricLine } from "./metric-line.ts";
import { type Started, type StartServices, startRun } from "./start-run.ts";
import { sweep } from "./sweep.ts";

export interface TriggerHome {
  readonly services: StartServices;
  readonly write: (line: string) => void;
}

/** STORE_BUCKET, STORE_PREFIX (may be empty), INBOX_BUCKET and STATE_MACHINE_ARN. */
function triggerHome(environment: Environment = process.env): TriggerHome {
  const client = createS3Client();
  const bucket = requiredVariable(environment, "STORE_BUCKET");
  const starter = createExecutionStarter(new SFNClient(), requiredVariable(environment, "STATE_MACHINE_ARN"));
  return {
    services: {
      store: createS3Store({ client, bucket, prefix: environment.STORE_PREFIX ?? "" }),
      inbox: createS3Inbox({ client, bucket: requiredVariable(environment, "INBOX_BUCKET") }),
      executions: starter,
      sha256: (text) => createHash("sha256").update(text).digest("hex"),
      now: () => Date.now(),
    },
    write: (line) => process.stdout.write(`${line}\n`),
  };
}

/** The starter. Lambda hands a context on as well, which nobody here needs. */
export function startRunFunction(event: unknown): Promise<unknown> {
  return answerEvent(event, triggerHome());
}

/** The sweeper: every 15 minutes, whatever its input. */
export function sweepFunction(): Promise<unknown> {
  return answerSweep(triggerHome());
}

/** @param event of EventBridge, or a schedule's input */
export async function answerEvent(event: unknown, home: TriggerHome): Promise<unknown> {
  const { services } = home;
  const parsed = parseEvent(event, services.inbox.bucket);
  if ("ignored" in parsed) return tell(home, { outcome: "ignored", reason: parsed.ignored });
  // The same event again would be the same mistake: told, counted, and not thrown.
  if ("problem" in parsed) return tell(home, { outcome: "refused", reason: parsed.problem });
  return tell(home, await startRun(parsed.trigger, services));
}

export async function answerSweep(home: TriggerHome): Promise<unknown> {
  const { started, errors } = await sweep(home.services);
  for (const run of started) tell(home, run);
  if (errors.length === 0) return { started: started.length };
  const problems = errors.map(({ run, error }) => ({
    message: `${run}: ${String((error as Error)?.message ?? error)}`,
  }));
  throw new DecantError("CloudFailed", problems, { cause: errors[0]?.error });
}

function tell<T extends Pick<Started, "run" | "outcome"> | { readonly outcome: string; readonly reason: string }>(
  home: TriggerHome,
  answer: T,
): T {
  home.write(JSON.stringify({ event: "trigger", ...answer }));
  if (answer.outcome === "refused") home.write(metricLine("JobsRefused", 1, "Count", home.services.now()));
  return answer;
}
