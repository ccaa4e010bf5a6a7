// Sets up whatever is missing (npm packages, the Python environment), then goes on with the project's own Node.
// Plain JavaScript over Node's own modules: it runs before anything is installed, on Node 20 or newer.
// Usage: node bin/bootstrap.mjs [--dev | --deploy] SCRIPT [ARGUMENT ...]
// --dev: with what tests need; --deploy: with what deploying needs, which is no Python.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ensureNativeParts } from "./setup/native-parts.mjs";
import { ensurePackages, projectNode } from "./setup/packages.mjs";
import { ensurePython } from "./setup/python.mjs";
import { exitWith, projectRoot, SetupError } from "./setup/setup.mjs";

/** Runs SCRIPT with the project's Node, hands signals on, and answers its exit code. */
export function runScript(node, script, args) {
  return new Promise((resolve) => {
    const child = spawn(node, [join(projectRoot, script), ...args], { stdio: "inherit" });
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
    child.on("error", () => resolve(1));
    child.on("exit", (code, signal) => resolve(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}

async function main(args) {
  const [dev, deploy] = ["--dev", "--deploy"].map((flag) => args[0] === flag);
  const [script, ...rest] = dev || deploy ? args.slice(1) : args;
  if (script === undefined) throw new SetupError("Expected the script to run, got nothing.");
  await ensurePackages();
  if (dev || deploy) await ensureNativeParts();
  if (!deploy) await ensurePython({ dev });
  return runScript(projectNode(), script, rest);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await exitWith(main);
}
