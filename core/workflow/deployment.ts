// What a deployment answers about itself: the stack's outputs, by which commands find buckets, workflow and schedules.

/** Names of the stack's outputs, in alphabetical order. */
export const DEPLOYMENT_OUTPUTS = [
  "ArtifactBucket",
  "InboxBucket",
  "Region",
  "ScheduleGroup",
  "ScheduleRoleArn",
  "StarterArn",
  "StateMachineArn",
  "TaskLogGroup",
] as const;

export type Deployment = Readonly<Record<(typeof DEPLOYMENT_OUTPUTS)[number], string>>;

/** Inbox prefix whose objects start a run as soon as they are put. */
export const JOBS_PREFIX = "jobs/";
/** Inbox prefix of jobs that only their schedule starts. */
export const SCHEDULED_PREFIX = "scheduled/";
/** Inbox prefix of data sets, one folder a job. */
export const DATA_PREFIX = "data/";
