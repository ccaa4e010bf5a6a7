// The laptop's services: the store that --store names, this machine, this process's clock.
import { createHash } from "node:crypto";
import { readMachine } from "../../adapters/machine.ts";
import type { ProgressEvent, Services } from "../../lambdas/services.ts";
import { fetchDataTo, hashRemote, openStore } from "./open-store.ts";

export interface LaptopOptions {
  /** The store: an absolute folder or an s3:// address. */
  readonly root: string;
  readonly python: string;
  readonly signal: AbortSignal;
  readonly progress: (event: ProgressEvent) => void;
}

export async function createLaptopServices({ root, python, signal, progress }: LaptopOptions): Promise<Services> {
  const machine = await readMachine(python);
  return {
    ...(await openStore(root, signal)),
    fetchData: fetchDataTo(signal, progress),
    hashObject: hashRemote,
    sha256: (bytes) => createHash("sha256").update(bytes).digest("hex"),
    now: () => Date.now(),
    machine,
    task_machine: machine,
    progress,
    signal,
  };
}
