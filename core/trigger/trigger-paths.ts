// Where the store remembers what started a run. Two prefixes of small objects, named by run alone, so that the sweeper
// finds what is left to do by listing both and reading next to nothing.

export const RECEIVED_PREFIX = "triggers/received/";
export const SETTLED_PREFIX = "triggers/settled/";

/** The trigger, written before anything else is done about it. */
export function receivedPath(run: string): string {
  return `${RECEIVED_PREFIX}${run}.json`;
}

/** Written when its execution exists or its job was refused. Names of executions return after 90 days; this stays. */
export function settledPath(run: string): string {
  return `${SETTLED_PREFIX}${run}.json`;
}

/** A job that can't run: what `runs/<run>/job.json` would have been. */
export function refusalPath(run: string): string {
  return `runs/${run}/refusal.json`;
}

/** The run that a path of either prefix names. */
export function runOfPath(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1, -".json".length);
}
