// decant report [RUN]: the path of a run's report, opened in a browser on request.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { cacheFolder } from "../../adapters/cache-folder.ts";
import { isS3Address } from "../../adapters/s3/address.ts";
import { DecantError } from "../../core/errors/problem.ts";
import { readDeployment } from "../cloud/deployment.ts";
import { type CloudOptions, withCloud } from "../cloud/options.ts";
import { openObjects } from "../laptop/open-store.ts";
import { findRun, reportFile, reportPath, storeFolder } from "../runs.ts";

interface ReportOptions extends CloudOptions {
  readonly open?: boolean;
  readonly store?: string;
}

export function registerReport(program: Command): void {
  withCloud(
    program
      .command("report")
      .description("print the path of a run's report; of one in the cloud, of a copy here")
      .argument("[run]", "its name; the latest on this machine where left out")
      .option("--open", "open it in the browser"),
  )
    .addHelpText("after", "\nExample:\n  $ decant report --open")
    .action(async (run: string | undefined, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<ReportOptions>();
      const root = options.cloud ? await cloudStore(run, options.deployment) : storeFolder(options.store, ".");
      const path = await findReport(root, run);
      process.stdout.write(`${path}\n`);
      if (options.open) open(path);
    });
}

/** Which run of the cloud is the latest, its store doesn't say: journals are kept on laptops only. */
async function cloudStore(run: string | undefined, deployment: string | undefined): Promise<string> {
  if (run === undefined)
    throw new DecantError("InvalidInput", "Expected a run's name with --cloud: decant report RUN --cloud.");
  return `s3://${(await readDeployment(deployment)).ArtifactBucket}`;
}

/** The copy in the run's own folder: it stays when steps are cleaned. Of a store in a bucket, a local copy of that. */
async function findReport(root: string, name: string | undefined): Promise<string> {
  const store = await openObjects(root);
  const { run } = await findRun(store, name, root);
  if (!isS3Address(root)) {
    const path = reportFile(root, run);
    if (existsSync(path)) return path;
  }
  const object = isS3Address(root) ? await store.get(reportPath(run)) : undefined;
  if (object) {
    const path = join(cacheFolder(), ...reportPath(run).split("/"));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, object.bytes);
    return path;
  }
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
