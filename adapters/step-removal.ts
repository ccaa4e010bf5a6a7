// Removes step folders from a folder store, and from those that stay what killed attempts left beside the finished one.
// done.json goes first, so that a removal that is cut off leaves a miss.
import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { parseDoneRecord } from "../core/store/done-record.ts";
import type { StepPointer } from "../core/store/store.ts";
import type { StepName } from "../core/workflow/steps.ts";
import { withStorageErrors } from "./storage-error.ts";

export interface Removal {
  readonly removed: number;
  readonly freed_bytes: number;
}

/** Small files of measurements that other steps' keys hold, and that a journal doesn't name: taken again they would say
 * something else under the same key. */
const MEASURED_ONCE: ReadonlySet<string> = new Set<StepName>(["time-layers", "time-precisions"]);

/** Removes every steps/<step>/<key> whose `<step>/<key>` is not in `needed`, but for those that only time the target. */
export function removeSteps(root: string, needed: ReadonlySet<string>): Promise<Removal> {
  return withStorageErrors(root, async () => {
    let removed = 0;
    let freed_bytes = 0;
    for (const step of await folders(join(root, "steps"))) {
      if (MEASURED_ONCE.has(step)) continue;
      for (const key of await folders(join(root, "steps", step))) {
        const folder = join(root, "steps", step, key);
        if (needed.has(`${step}/${key}`)) {
          freed_bytes += await removeLeftovers(folder, { step, key });
          continue;
        }
        freed_bytes += await sizeOf(folder);
        await rm(join(folder, "done.json"), { force: true });
        await rm(folder, { recursive: true, force: true });
        removed += 1;
      }
    }
    return { removed, freed_bytes };
  });
}

/** Checkpoints and other attempts of a finished step; an unfinished one goes on from its own. */
async function removeLeftovers(folder: string, pointer: StepPointer): Promise<number> {
  const bytes = await readFile(join(folder, "done.json")).catch(() => undefined);
  const done = bytes && parseDoneRecord(bytes, pointer);
  if (!done) return 0;
  let freed_bytes = 0;
  for (const name of await folders(folder)) {
    if (name === done.attempt) continue;
    freed_bytes += await sizeOf(join(folder, name));
    await rm(join(folder, name), { recursive: true, force: true });
  }
  return freed_bytes;
}

async function folders(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  let total = 0;
  for (const entry of entries) {
    if (entry.isFile()) total += (await stat(join(entry.parentPath, entry.name))).size;
  }
  return total;
}
