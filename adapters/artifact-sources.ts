// What an artifact is made of, checked before anything is published: plain names, and files with the promised hashes.
import { basename } from "node:path";
import type { ArtifactSource } from "../core/artifact/artifact-shelf.ts";
import { buildManifest, type FileFacts, manifestText } from "../core/artifact/manifest.ts";
import { DecantError } from "../core/errors/problem.ts";
import { createFileHasher } from "./file-hash.ts";

/** The text of manifest.json. Throws StoreFailed on a name with a slash and on a file that is missing or changed. */
export async function manifestOf(sources: readonly ArtifactSource[]): Promise<string> {
  const facts = await Promise.all(sources.map(async (s) => [plainName(s.name), await sourceFacts(s)] as const));
  return manifestText(buildManifest(Object.fromEntries(facts)));
}

async function sourceFacts(source: ArtifactSource): Promise<FileFacts> {
  const facts = await fileFacts(source.path);
  if (facts.sha256 === source.sha256) return facts;
  const message = `expected a file with SHA-256 ${source.sha256}, got ${facts.sha256}: the store's file was changed after its step finished; delete that step's folder and run the same command again`;
  throw new DecantError("StoreFailed", [{ message, where: source.path }]);
}

/** Hashed anew each time: what is published is never taken from memory. */
export async function fileFacts(path: string): Promise<FileFacts> {
  const facts = await createFileHasher()(path);
  if (facts) return facts;
  throw new DecantError("StoreFailed", [
    { message: "expected a file, got none: run the same command again", where: path },
  ]);
}

/** Throws StoreFailed on a name that could leave its folder. */
export function plainName(name: string): string {
  if (name !== "" && name !== "." && name !== ".." && name === basename(name) && !name.includes("\\")) return name;
  throw new DecantError("StoreFailed", `Expected a plain file name without slashes, got ${JSON.stringify(name)}.`);
}
