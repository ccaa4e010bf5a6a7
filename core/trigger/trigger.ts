// What starts a run in the cloud: a version of a job file in the inbox, or a time of its schedule. It holds nothing about
// when it was told, so that every telling of it is equal.

export interface ObjectTrigger {
  readonly bucket: string;
  readonly key: string;
  /** The object's version id. */
  readonly version: string;
}

export interface ScheduleTrigger {
  readonly bucket: string;
  /** The job file, whose latest version is run. */
  readonly key: string;
  /** The time that the schedule stood for, not when it was told: ISO 8601. */
  readonly time: string;
}

export type Trigger = ObjectTrigger | ScheduleTrigger;

/** Only these files under the jobs prefix are jobs; a folder's mark or a note beside them is none. */
export function isJobKey(key: string): boolean {
  return /\.(?:ya?ml|json)$/i.test(key);
}
