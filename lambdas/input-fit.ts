// A function first checks that its input fits: a step's files against the room on its disk, models against its memory.
// Otherwise the disk would fill up minutes later, or Lambda would kill the function without a word.
import { DecantError, type Problem } from "../core/errors/problem.ts";
import type { DoneRecord, StepFiles, StepPointer } from "../core/store/store.ts";

export interface FunctionLimits {
  /** Bytes that can still be written. */
  readonly room: () => Promise<number>;
  /** The largest model that this function loads; undefined where it loads none. */
  readonly model_bytes_max: number | undefined;
}

/** The same files, with InvalidInput before anything is fetched that does not fit. */
export function withinFunction(files: StepFiles, limits: FunctionLimits): StepFiles {
  const fetched = new Set<string>(); // by this call: their room is taken already
  return {
    ...files,
    folderOf: async (pointer) => {
      const name = `${pointer.step}/${pointer.key}`;
      if (!fetched.has(name)) await check(await files.find(pointer), pointer, limits);
      const folder = await files.folderOf(pointer);
      fetched.add(name);
      return folder;
    },
  };
}

async function check(record: DoneRecord | undefined, pointer: StepPointer, limits: FunctionLimits): Promise<void> {
  if (record === undefined) return; // fetching it says what is missing
  const sizes = Object.entries(record.files).map(([name, { size_bytes }]) => [name, size_bytes] as const);
  const needed = sizes.reduce((sum, [, size_bytes]) => sum + size_bytes, 0);
  const room = await limits.room();
  const most = limits.model_bytes_max ?? Number.POSITIVE_INFINITY;
  const problems: Problem[] = sizes
    .filter(([name, size_bytes]) => name.endsWith(".onnx") && size_bytes > most)
    .map(([name, size_bytes]) => ({
      message: `Expected a model of at most ${megabytes(most)}, which is what this function's memory can run, got ${megabytes(size_bytes)}: choose a smaller backbone.`,
      where: `${pointer.step}/${name}`,
    }));
  if (needed > room) {
    const message = `Expected files of at most ${megabytes(room)}, the room on this function's disk, got ${megabytes(needed)}: give the job less data, or run it on a machine of your own.`;
    problems.push({ message, where: `the files of step ${pointer.step}` });
  }
  if (problems.length > 0) throw new DecantError("InvalidInput", problems);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
