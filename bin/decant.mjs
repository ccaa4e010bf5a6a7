#!/usr/bin/env node
// The decant command. In a clone it sets up what is missing and runs cli/main.ts; in an installed package, the same as
// JavaScript from dist/.
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { runScript } from "./bootstrap.mjs";
import { ensurePackages, isNewEnough, projectNode } from "./setup/packages.mjs";
import { ensurePython, pythonOfProject } from "./setup/python.mjs";
import { exitWith, projectRoot, SetupError } from "./setup/setup.mjs";
import { isTrainingCommand } from "./setup/training-command.mjs";

async function main(args) {
  const isClone = existsSync(join(projectRoot, "cli", "main.ts"));
  if (isClone) await ensurePackages();
  else if (!isNewEnough(process.versions.node)) {
    throw new SetupError(`Expected Node 22.12 or newer, got ${process.versions.node}.`);
  }
  if (isTrainingCommand(args)) await ensurePython();
  // Images are decoded on Node's thread pool, which has four threads unless it is told before Node starts.
  process.env.UV_THREADPOOL_SIZE ??= String(Math.min(64, Math.max(4, availableParallelism())));
  process.env.DECANT_PYTHON ??= pythonOfProject();
  process.env.DECANT_LAUNCHER_PID = String(process.pid); // killed with -9, it can't hand that on: the command watches it
  return runScript(isClone ? projectNode() : process.execPath, isClone ? "cli/main.ts" : "dist/cli/main.js", args);
}

await exitWith(main);
