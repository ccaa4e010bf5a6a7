// Versions of the packages in a Python environment, from the names of its .dist-info folders: no process, no import.
import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { TASK_PACKAGES } from "../core/workflow/task-packages.ts";

const DIST_INFO = /^(.+?)-([^-]+)\.dist-info$/;

/** By normalised name (lower case, hyphens). Empty where `python` isn't inside an environment folder. */
export async function pythonPackageVersions(python: string): Promise<Readonly<Record<string, string>>> {
  const root = dirname(dirname(python));
  const candidates = [join(root, "Lib", "site-packages")];
  for (const name of await entries(join(root, "lib"))) candidates.push(join(root, "lib", name, "site-packages"));
  const versions: Record<string, string> = {};
  for (const folder of candidates) {
    for (const name of await entries(folder)) {
      const match = DIST_INFO.exec(name);
      if (match?.[1] && match[2]) versions[match[1].toLowerCase().replaceAll(/[-_.]+/g, "-")] = match[2];
    }
  }
  const kept = TASK_PACKAGES.filter((name) => versions[name] !== undefined).map((name) => [name, versions[name]!]);
  return Object.fromEntries(kept);
}

async function entries(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}
