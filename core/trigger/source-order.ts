// Which of two runs of a job comes from the newer source, whenever they were started: a text that sorts by it. Events come
// late and out of order, so it is read from the bucket. Within one second, of which S3 says no more, it counts versions.
import type { InboxVersion } from "./inbox.ts";
import type { ScheduleTrigger } from "./trigger.ts";

const RANK_DIGITS = 6;

/** @param versions of one key, newest first. Undefined where the version is not among them. */
export function orderOfVersion(versions: readonly InboxVersion[], version: string): string | undefined {
  const at = versions.findIndex((candidate) => candidate.version === version);
  if (at < 0) return undefined;
  const { modified_ms } = versions[at]!;
  // Counted from the oldest, since only newer ones can still come.
  const before = versions.slice(at + 1).filter((older) => older.modified_ms === modified_ms).length;
  return order(modified_ms, before);
}

export function orderOfSchedule({ time }: ScheduleTrigger): string {
  return order(Date.parse(time), 0);
}

function order(at_ms: number, rank: number): string {
  return `${new Date(at_ms).toISOString()}/${String(rank).padStart(RANK_DIGITS, "0")}`;
}
