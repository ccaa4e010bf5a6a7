// decant clean [--keep N]: deletes step outputs that no kept run needs, and says how much room that gave.
import type { Command } from "commander";
import { createFolderStore } from "../../adapters/folder-store.ts";
import { isS3Address } from "../../adapters/s3/address.ts";
import { removeSteps } from "../../adapters/step-removal.ts";
import { DecantError } from "../../core/errors/problem.ts";
import { readRunStatus } from "../run-status.ts";
import { listRuns, type RunRecord, storeFolder } from "../runs.ts";

const KEPT_RUNS = "3";

export function registerClean(program: Command): void {
  program
    .command("clean")
    .description("delete step outputs that no kept run needs; journals and artifacts stay")
    .option("--keep <number>", "how many of the latest runs keep their steps", KEPT_RUNS)
    .addHelpText("after", "\nExample:\n  $ decant clean --keep 1")
    .action(async (options: { keep: string }, command: Command) => {
      const root = storeFolder(command.optsWithGlobals<{ store?: string }>().store, ".");
      refuseBucket(root);
      const keep = wholeNumber(options.keep);
      const store = createFolderStore(root);
      const runs = await listRuns(store);
      const now = Date.now();
      for (const { run, entries } of runs) {
        const { status } = await readRunStatus(store, run, entries, now);
        if (status === "running")
          throw new DecantError("InvalidInput", `Expected no run at work, but ${run} is: wait for it, or stop it.`);
      }
      const { removed, freed_bytes } = await removeSteps(root, neededSteps(runs.slice(0, keep)));
      process.stdout.write(`removed ${removed} step outputs, freed ${(freed_bytes / 1e6).toFixed(1)} MB\n`);
    });
}

function refuseBucket(root: string): void {
  if (!isS3Address(root)) return;
  const message = `Expected a store in a folder, got ${root}: give its bucket a lifecycle rule that expires steps/.`;
  throw new DecantError("InvalidInput", message);
}

/** `<step>/<key>` of every step that a run's journal names. */
function neededSteps(runs: readonly RunRecord[]): ReadonlySet<string> {
  const pointers = runs.flatMap(({ entries }) =>
    entries.flatMap((entry) => (entry.event === "state-succeeded" && entry.pointer ? [entry.pointer] : [])),
  );
  return new Set(pointers.map(({ step, key }) => `${step}/${key}`));
}

function wholeNumber(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new DecantError("InvalidInput", `Expected --keep to be a whole number, got ${text}.`);
}
