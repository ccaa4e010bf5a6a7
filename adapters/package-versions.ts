// Versions of the npm packages that touch a result's bytes.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const PACKAGES = ["onnxruntime-node", "sharp"];

/** Those that are installed: a Lambda function packs only what it needs. */
export function nodePackageVersions(): Readonly<Record<string, string>> {
  const found = PACKAGES.flatMap((name) => {
    const entry = entryOf(name);
    return entry === undefined ? [] : [[name, versionAbove(entry, name)] as const];
  });
  return Object.fromEntries(found);
}

function entryOf(name: string): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(name);
  } catch {
    return undefined;
  }
}

/** From package.json above the package's entry: not every package exports its package.json. */
function versionAbove(entry: string, name: string): string {
  let folder = dirname(entry);
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
