// What a schedule hands to the starter at each of its times.

/** EventBridge Scheduler puts the time that the schedule stood for in place of this word. */
export const SCHEDULED_TIME = "<aws.scheduler.scheduled-time>";

/** @param job the job file in the inbox, whose latest version is run each time */
export function scheduleInput(job: { readonly bucket: string; readonly key: string }): string {
  return JSON.stringify({ schedule: { bucket: job.bucket, key: job.key, time: SCHEDULED_TIME } });
}
