// What the starter is invoked with -> a trigger. Events come from EventBridge and from the deployment's own schedules, but
// whoever may invoke the starter can write anything, so nothing is taken on trust.
import { JOBS_PREFIX, SCHEDULED_PREFIX } from "../workflow/deployment.ts";
import { isJobKey, type Trigger } from "./trigger.ts";

export type ParsedEvent = { readonly trigger: Trigger } | { readonly ignored: string } | { readonly problem: string };

/** @param bucket the inbox; events of any other are refused */
export function parseEvent(event: unknown, bucket: string): ParsedEvent {
  const { schedule, detail } = record(event);
  if (schedule !== undefined) return parseSchedule(record(schedule), bucket);
  if (record(event)["detail-type"] !== "Object Created" || detail === undefined)
    return { problem: `Expected an "Object Created" event or a schedule, got ${shown(event)}.` };
  const { name } = record(record(detail).bucket);
  const object = record(record(detail).object);
  const { key } = object;
  const version = object["version-id"];
  if (name !== bucket) return { problem: `Expected an event of the bucket ${bucket}, got one of ${shown(name)}.` };
  if (!isText(key) || !key.startsWith(JOBS_PREFIX))
    return { problem: `Expected the key of an object under ${JOBS_PREFIX}, got ${shown(key)}.` };
  if (!isJobKey(key)) return { ignored: `${key} is no .yaml, .yml or .json file` };
  if (!isText(version))
    return { problem: `Expected the version of ${key}, got ${shown(version)}: the inbox must keep versions.` };
  return { trigger: { bucket, key, version } };
}

function parseSchedule(schedule: Readonly<Record<string, unknown>>, bucket: string): ParsedEvent {
  const { key, time } = schedule;
  if (schedule.bucket !== bucket)
    return { problem: `Expected a schedule of the bucket ${bucket}, got one of ${shown(schedule.bucket)}.` };
  if (!isText(key) || !key.startsWith(SCHEDULED_PREFIX) || !isJobKey(key))
    return { problem: `Expected the key of a job file under ${SCHEDULED_PREFIX}, got ${shown(key)}.` };
  const epoch = isText(time) ? Date.parse(time) : Number.NaN;
  if (Number.isNaN(epoch)) return { problem: `Expected the scheduled time in ISO 8601, got ${shown(time)}.` };
  // One way to write an instant, so that a time with another offset names the same run.
  return { trigger: { bucket, key, time: new Date(epoch).toISOString() } };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= 1024 && value.isWellFormed();
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? "nothing").slice(0, 200);
}
