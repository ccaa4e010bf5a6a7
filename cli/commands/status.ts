// decant status [RUN]: where a run stands, from its journal.
import type { Command } from "commander";
import { type CloudOptions, withCloud } from "../cloud/options.ts";
import { openObjects } from "../laptop/open-store.ts";
import { seconds } from "../progress/describe.ts";
import { type RunStatus, readRunStatus } from "../run-status.ts";
import { findRun, storeFolder } from "../runs.ts";

interface StatusOptions extends CloudOptions {
  readonly json?: boolean;
  readonly store?: string;
}

export function registerStatus(program: Command): void {
  withCloud(
    program
      .command("status")
      .description("say where a run stands, from its journal")
      .argument("[run]", "its name; the latest on this machine where left out")
      .option("--json", "one JSON object"),
  )
    .addHelpText("after", "\nExample:\n  $ decant status flowers-0123456789ab")
    .action(async (run: string | undefined, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<StatusOptions>();
      const status = options.cloud ? await inCloud(run, options) : await onThisMachine(run, options.store);
      process.stdout.write(options.json ? `${JSON.stringify(status)}\n` : describe(status));
    });
}

async function inCloud(run: string | undefined, options: StatusOptions): Promise<RunStatus> {
  const { statusInCloud } = await import("../cloud/runs.ts");
  return statusInCloud(run, options);
}

async function onThisMachine(run: string | undefined, given: string | undefined): Promise<RunStatus> {
  const root = storeFolder(given, ".");
  const store = await openObjects(root);
  const found = await findRun(store, run, root);
  return readRunStatus(store, found.run, found.entries, Date.now());
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
