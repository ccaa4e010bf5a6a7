// Which paths a store accepts, and where things lie in it. Checked before any adapter touches a disk or a bucket.
import type { StepPointer } from "./store.ts";

// S3 keys end at 1024 bytes, folder names at 255; a path this long is a mistake in either.
const MAX_PATH_LENGTH = 900;
const SEGMENT = /^[A-Za-z0-9_][A-Za-z0-9._ ()+=@-]{0,199}$/;

/** Why a path is refused, or undefined where it is fine. */
export function pathProblem(path: string): string | undefined {
  if (path === "" || path.length > MAX_PATH_LENGTH)
    return `Expected a path of 1 to ${MAX_PATH_LENGTH} characters, got ${path.length}.`;
  const bad = path.split("/").find((segment) => !SEGMENT.test(segment));
  if (bad === undefined) return undefined;
  return `Expected path segments of letters, digits and ._ ()+=@- that begin with a letter, digit or _, got "${bad.slice(0, 80)}" in "${path.slice(0, 200)}".`;
}

/** Folder of a step's attempts, checkpoint and done.json. */
export function stepFolder(pointer: StepPointer): string {
  return `steps/${pointer.step}/${pointer.key}`;
}

export function donePath(pointer: StepPointer): string {
  return `${stepFolder(pointer)}/done.json`;
}

/** A task's attempt, which the key Lambda names its input after. */
export function attemptOf({ input = "" }: { readonly input?: string }): string | undefined {
  return /input-([A-Za-z0-9-]+)\.json$/.exec(input)?.[1];
}

export function runFolder(run: string): string {
  return `runs/${run}`;
}

/** A journal entry's path; zero-padded, so that code-point order is the order of writing. */
export function journalPath(run: string, sequence: number): string {
  return `runs/${run}/journal/${String(sequence).padStart(6, "0")}.json`;
}
