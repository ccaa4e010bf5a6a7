// Versions of the npm packages that touch a result's bytes.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const PACKAGES = ["onnxruntime-node", "sharp"];

export function nodePackageVersions(): Readonly<Record<string, string>> {
  return Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)]));
}

/** From package.json above the package's entry: not every package exports its package.json. */
function versionOf(name: string): string {
  let folder = dirname(createRequire(import.meta.url).resolve(name));
  for (;;) {
    const found = read(join(folder, "package.json"));
    if (found?.name === name && found.version !== undefined) return found.version;
    if (dirname(folder) === folder) return "unknown";
    folder = dirname(folder);
  }
}

function read(path: string): { name?: string; version?: string } | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}
