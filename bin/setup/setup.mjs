// What both set-up steps share: the project's folder, the error a user sees, stamps, and running a command.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const projectRoot = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** A set-up problem with the command that mends it. */
export class SetupError extends Error {}

/** SHA-256 over the named files: a set-up step is done where its stamp holds this. */
export function fingerprint(files) {
  const hash = createHash("sha256");
  for (const file of files) hash.update(file).update(readFileSync(join(projectRoot, file)));
  return hash.digest("hex");
}

export function isStamped(stampFile, value) {
  return existsSync(stampFile) && readFileSync(stampFile, "utf8") === value;
}

export function writeStamp(stampFile, value) {
  writeFileSync(stampFile, value);
}

/** Runs a command with its output on standard error, so that standard output stays the caller's. */
export function runCommand(command, args, { failure }) {
  return new Promise((resolve, reject) => {
    const shell = process.platform === "win32";
    const child = spawn(command, args, { cwd: projectRoot, stdio: ["ignore", 2, 2], shell });
    child.on("error", (cause) => reject(new SetupError(`${failure} (${cause.message})`)));
    child.on("exit", (code) => (code === 0 ? resolve() : reject(new SetupError(failure))));
  });
}

/** Ends the process with what `main` answers; a set-up problem is told in a line and exits 5. */
export async function exitWith(main) {
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`decant: ${error.message}`);
    process.exitCode = 5;
  }
}
