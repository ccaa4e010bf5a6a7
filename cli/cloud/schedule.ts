// Schedules of jobs: put one, list them, remove one.
import { createSchedules } from "../../adapters/aws/schedules.ts";
import { createS3Client } from "../../adapters/s3/client.ts";
import { DecantError } from "../../core/errors/problem.ts";
import { scheduleInput } from "../../core/trigger/schedule.ts";
import { SCHEDULED_PREFIX } from "../../core/workflow/deployment.ts";
import { stopOnSignals } from "../laptop/stop-signals.ts";
import { loadJob } from "../load-job.ts";
import { readDeployment } from "./deployment.ts";
import type { CloudOptions } from "./options.ts";
import { putJob } from "./put-job.ts";
import { cronExpression, rateExpression } from "./schedule-expression.ts";

export interface ScheduleOptions extends CloudOptions {
  readonly every?: string;
  readonly cron?: string;
}

/** Brings the job into the inbox and schedules it; answers what was done. */
export async function schedule(jobFile: string, options: ScheduleOptions): Promise<string> {
  const expression = expressionOf(options);
  const deployment = await readDeployment(options.deployment);
  const loaded = await loadJob(jobFile);
  const stop = stopOnSignals(() => process.stderr.write("stopping\n"));
  try {
    const client = createS3Client({ region: deployment.Region });
    const place = { client, inbox: deployment.InboxBucket, prefix: SCHEDULED_PREFIX };
    const progress = (done: number, total: number) => {
      if (done === total) process.stderr.write(`data: ${total} files are there\n`);
    };
    const { key } = await putJob({ ...loaded, ...place, signal: stop.signal, progress });
    const input = scheduleInput({ bucket: deployment.InboxBucket, key });
    const done = await createSchedules(deployment).put({ name: loaded.job.name, expression, input });
    return `${done} the schedule ${loaded.job.name}: ${expression}\n`;
  } finally {
    stop.dispose();
  }
}

function expressionOf({ every, cron }: ScheduleOptions): string {
  if (every !== undefined && cron === undefined) return rateExpression(every);
  if (cron !== undefined && every === undefined) return cronExpression(cron);
  throw new DecantError("InvalidInput", "Expected either --every or --cron, such as --every 7d.");
}

/** Answers what was done. Throws InvalidInput where there is no such schedule. */
export async function unschedule(name: string, { deployment }: CloudOptions): Promise<string> {
  const schedules = createSchedules(await readDeployment(deployment));
  if (await schedules.remove(name)) return `removed the schedule ${name}\n`;
  throw new DecantError("InvalidInput", `Expected a schedule named ${name}, got none: see decant schedules.`);
}

/** A line each, or one JSON array. */
export async function listSchedules({ deployment, json }: CloudOptions & { json?: boolean }): Promise<string> {
  const schedules = await createSchedules(await readDeployment(deployment)).list();
  const named = schedules.map(({ name, expression }) => ({ name, expression }));
  if (json) return `${JSON.stringify(named)}\n`;
  return named.map(({ name, expression }) => `${name}  ${expression}\n`).join("");
}
