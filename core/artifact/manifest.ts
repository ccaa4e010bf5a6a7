// manifest.json: size and SHA-256 of every file of an artifact; schemas/manifest.schema.json. `verify` holds a folder to it.
import type { Problem } from "../errors/problem.ts";

export const MANIFEST_NAME = "manifest.json";

export interface FileFacts {
  readonly size_bytes: number;
  readonly sha256: string;
}

export interface ArtifactManifest {
  readonly version: 1;
  /** By file name, in code-point order; the manifest itself is not in it. */
  readonly files: Readonly<Record<string, FileFacts>>;
}

export function buildManifest(files: Readonly<Record<string, FileFacts>>): ArtifactManifest {
  const names = Object.keys(files)
    .filter((name) => name !== MANIFEST_NAME)
    .toSorted((a, b) => (a < b ? -1 : 1));
  return { version: 1, files: Object.fromEntries(names.map((name) => [name, files[name]!])) };
}

/** The manifest's bytes as text: the same files always give the same text, so its hash names the artifact. */
export function manifestText(manifest: ArtifactManifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** Everything that is missing, changed or unknown in a folder whose files have these facts. */
export function checkManifest(manifest: ArtifactManifest, found: Readonly<Record<string, FileFacts>>): Problem[] {
  const expected = Object.entries(manifest.files).flatMap(([name, facts]): Problem[] => {
    const actual = found[name];
    if (!actual)
      return [{ message: "the manifest lists this file, but it is not there: copy the whole artifact", where: name }];
    if (actual.size_bytes !== facts.size_bytes || actual.sha256 !== facts.sha256) {
      const message = `expected ${facts.size_bytes} bytes with SHA-256 ${facts.sha256}, got ${actual.size_bytes} bytes with ${actual.sha256}: the file was changed after it was published`;
      return [{ message, where: name }];
    }
    return [];
  });
  const unknown = Object.keys(found)
    .filter((name) => name !== MANIFEST_NAME && !Object.hasOwn(manifest.files, name))
    .map((name) => ({ message: "this file is not in the manifest: take it out of the artifact", where: name }));
  return [...expected, ...unknown];
}
