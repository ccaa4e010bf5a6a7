// decant report [RUN]: the path of a run's report, opened in a browser on request.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import type { Command } from "commander";
import { createFolderStore } from "../../adapters/folder-store.ts";
import { DecantError } from "../../core/errors/problem.ts";
import { findRun, reportFile, storeFolder } from "../runs.ts";

export function registerReport(program: Command): void {
  program
    .command("report")
    .description("print the path of a run's report")
    .argument("[run]", "its name; the latest where left out")
    .option("--open", "open it in the browser")
    .addHelpText("after", "\nExample:\n  $ decant report --open")
    .action(async (run: string | undefined, options: { open?: boolean }, command: Command) => {
      const root = storeFolder(command.optsWithGlobals<{ store?: string }>().store, ".");
      const path = await reportPath(root, run);
      process.stdout.write(`${path}\n`);
      if (options.open) open(path);
    });
}

/** The copy in the run's own folder: it stays when steps are cleaned. */
async function reportPath(root: string, name: string | undefined): Promise<string> {
  const { run } = await findRun(createFolderStore(root), name, root);
  const path = reportFile(root, run);
  if (existsSync(path)) return path;
  const message = `Expected run ${run} to have a report, but it has not come that far. decant status ${run} says where it stands.`;
  throw new DecantError("InvalidInput", message);
}

function open(path: string): void {
  const commands: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
    darwin: ["open"],
    win32: ["cmd", "/c", "start", ""],
  };
  const [command, ...first] = commands[process.platform] ?? ["xdg-open"];
  const child = spawn(command, [...first, path], { stdio: "ignore", detached: true });
  child.on("error", (error) => process.stderr.write(`decant: no browser could be started (${error.message})\n`));
  child.unref();
}
