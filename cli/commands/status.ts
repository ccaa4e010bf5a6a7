// decant status [RUN]: where a run stands, from its journal.
import type { Command } from "commander";
import { createFolderStore } from "../../adapters/folder-store.ts";
import { seconds } from "../progress/describe.ts";
import { type RunStatus, readRunStatus } from "../run-status.ts";
import { findRun, storeFolder } from "../runs.ts";

export function registerStatus(program: Command): void {
  program
    .command("status")
    .description("say where a run stands, from its journal")
    .argument("[run]", "its name; the latest where left out")
    .option("--json", "one JSON object")
    .addHelpText("after", "\nExample:\n  $ decant status flowers-0123456789ab")
    .action(async (run: string | undefined, options: { json?: boolean }, command: Command) => {
      const root = storeFolder(command.optsWithGlobals<{ store?: string }>().store, ".");
      const store = createFolderStore(root);
      const found = await findRun(store, run, root);
      const status = await readRunStatus(store, found.run, found.entries, Date.now());
      process.stdout.write(options.json ? `${JSON.stringify(status)}\n` : describe(status));
    });
}

function describe(status: RunStatus): string {
  const of = status.candidate === undefined ? "" : ` (${status.candidate})`;
  const lines = [
    `run:     ${status.run}`,
    `status:  ${status.status}${status.cause === undefined ? "" : `: ${status.cause}`}`,
    ...(status.status === "running" || status.status === "interrupted" ? [`at:      ${status.state}${of}`] : []),
    `started: ${new Date(status.started_ms).toISOString()}`,
    `last:    ${new Date(status.last_ms).toISOString()}`,
    `used:    ${seconds(status.used_s)}`,
    ...status.states.map(({ state, candidate, seconds: taken }) => `  ${state} ${candidate ?? ""} ${seconds(taken)}`),
  ];
  return `${lines.join("\n")}\n`;
}
