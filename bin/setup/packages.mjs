// The npm packages: installed from the lock file once, and again when it changes.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fingerprint, isStamped, projectRoot, runCommand, SetupError, writeStamp } from "./setup.mjs";

export const NODE_MINIMUM = [22, 12];
const modules = join(projectRoot, "node_modules");

/** @param {string} version such as "24.21.0" */
export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  return major > NODE_MINIMUM[0] || (major === NODE_MINIMUM[0] && minor >= NODE_MINIMUM[1]);
}

export async function ensurePackages() {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < 20) throw new SetupError(`Expected Node 20 or newer to start, got ${process.versions.node}.`);
  const stampFile = join(modules, ".decant-stamp");
  const wanted = fingerprint(["package-lock.json"]);
  if (isStamped(stampFile, wanted)) return;
  console.error("decant: installing the npm packages from package-lock.json (about 300 MB to download)");
  await runCommand("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    failure: "npm ci failed; its messages stand above. Mend it and run the same command again.",
  });
  writeStamp(stampFile, wanted);
}

/**
 * The Node that the package `node` installed, or the running one where that is new enough.
 * A strict npm blocks install scripts, and then the package is there without its binary.
 */
export function projectNode() {
  const own = join(modules, ".bin", process.platform === "win32" ? "node.cmd" : "node");
  for (const candidate of [own, process.execPath]) {
    if (!existsSync(candidate)) continue;
    try {
      if (isNewEnough(execFileSync(candidate, ["--version"], { encoding: "utf8" }).trim())) return candidate;
    } catch {
      // A `node` package without its binary fails to start: the next candidate may do.
    }
  }
  throw new SetupError(
    `Expected Node ${NODE_MINIMUM.join(".")} or newer. The package "node" brings one by its install script; ` +
      "allow it with `npm install-scripts approve node && npm rebuild node`, or install a newer Node.",
  );
}
