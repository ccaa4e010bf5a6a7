// The laptop's services: a folder store, this machine, this process's clock.
import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { createFolderShelf } from "../../adapters/artifact-folder.ts";
import { createFolderStepFiles } from "../../adapters/folder-step-files.ts";
import { createFolderStore } from "../../adapters/folder-store.ts";
import { readMachine } from "../../adapters/machine.ts";
import type { ProgressEvent, Services } from "../../lambdas/services.ts";

export interface LaptopOptions {
  /** The store's folder. */
  readonly root: string;
  readonly python: string;
  readonly signal: AbortSignal;
  readonly progress: (event: ProgressEvent) => void;
}

export async function createLaptopServices({ root, python, signal, progress }: LaptopOptions): Promise<Services> {
  const folder = resolve(root);
  const store = createFolderStore(folder);
  const machine = await readMachine(python);
  return {
    store,
    files: createFolderStepFiles(folder, store),
    artifacts: createFolderShelf(folder),
    sha256: (bytes) => createHash("sha256").update(bytes).digest("hex"),
    now: () => Date.now(),
    machine,
    task_machine: machine,
    progress,
    signal,
  };
}
