// decant report [RUN]: the path of a run's report, opened in a browser on request.
import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Command } from "commander";
import { createFolderStepFiles } from "../../adapters/folder-step-files.ts";
import { createFolderStore } from "../../adapters/folder-store.ts";
import { DecantError } from "../../core/errors/problem.ts";
import { findRun, storeFolder } from "../runs.ts";

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

async function reportPath(root: string, name: string | undefined): Promise<string> {
  const store = createFolderStore(root);
  const { run, entries } = await findRun(store, name, root);
  const written = entries.findLast((entry) => entry.event === "state-succeeded" && entry.state === "Report");
  const pointer = written?.event === "state-succeeded" ? written.pointer : undefined;
  if (pointer) return join(await createFolderStepFiles(root, store).folderOf(pointer), "report.html");
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
