// Splits under the job's name: read, extended, put back only where nobody else changed them meanwhile.
import { DecantError } from "../core/errors/problem.ts";
import { readAssignments, splitsPath, writeAssignments } from "../core/split/assignments-record.ts";
import type { Assignments } from "../core/split/sample.ts";
import type { Store } from "../core/store/store.ts";

const TRIES = 8;

/** @param split may be called again, with what another run recorded; @param keep false: nothing is written */
export async function keepAssignments<T extends { readonly assignments: Assignments }>(
  store: Store,
  jobName: string,
  keep: boolean,
  split: (recorded: Assignments) => T,
): Promise<T> {
  const path = splitsPath(jobName);
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const object = await store.get(path);
    const recorded = object ? readAssignments(new TextDecoder().decode(object.bytes)) : new Map();
    if (recorded === undefined) {
      const message = `Expected the splits of job ${jobName} in ${path} to be readable: give the job a new name to draw new ones, or put the file back.`;
      throw new DecantError("StoreFailed", message);
    }
    const result = split(recorded);
    if (!keep || (object && result.assignments.size === recorded.size)) return result;
    const bytes = new TextEncoder().encode(writeAssignments(result.assignments));
    const done = object ? await store.putIfUnchanged(path, bytes, object.etag) : await store.putIfAbsent(path, bytes);
    if (done) return result;
  }
  throw new DecantError(
    "StoreFailed",
    `Expected to record the splits of job ${jobName}, but other runs changed them ${TRIES} times meanwhile: try again.`,
  );
}
