// The project's tracked and new files as the architecture tests see them.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const projectRoot = fileURLToPath(new URL("../../", import.meta.url));

export interface SourceFile {
  /** Relative to the project, forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
}

/** Files of git's list (tracked, or new and not ignored) whose path matches. */
export function sourceFiles(pattern: RegExp): SourceFile[] {
  const listing = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: projectRoot,
    encoding: "utf8",
  });
  return listing
    .split("\n")
    .filter((path) => pattern.test(path) && existsSync(join(projectRoot, path)))
    .map((path) => {
      const text = readFileSync(join(projectRoot, path), "utf8");
      return { path, text, lines: text.split("\n") };
    });
}

/** What a TypeScript file imports: relative paths resolved against the project, packages by name. */
export function importsOf(file: SourceFile): string[] {
  const specifiers = [...file.text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1] ?? "");
  return specifiers.map((specifier) =>
    specifier.startsWith(".") ? new URL(specifier, `file:///${file.path}`).pathname.slice(1) : specifier,
  );
}
