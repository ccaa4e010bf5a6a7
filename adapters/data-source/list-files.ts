// Walks a data source's folder: names and sizes only, inside the folder only, with limits before memory fills up.
import type { Dirent } from "node:fs";
import { lstat, readdir, realpath, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { isIgnoredName } from "../../core/data-source/image-files.ts";
import { createProblemList, type ProblemList } from "../../core/data-source/problem-list.ts";
import { DecantError } from "../../core/errors/problem.ts";
import type { ListedFile } from "../../core/readers/reader.ts";
import { compareCodePoints } from "../../core/text/code-point-order.ts";

export interface FolderLimits {
  readonly files: number;
  readonly depth: number;
}

export const FOLDER_LIMITS: FolderLimits = { files: 1_000_000, depth: 16 };

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

export interface FolderListing {
  /** In code-point order of path. */
  readonly files: readonly ListedFile[];
  /** Hidden files and system junk. */
  readonly ignored: number;
}

/** Throws InvalidData with every link that leaves the folder and everything that can't be read. @param root a real path */
export async function listFiles(root: string, limits: FolderLimits = FOLDER_LIMITS): Promise<FolderListing> {
  const walk: Walk = { root, limits, files: [], problems: createProblemList(), ignored: 0 };
  await walkFolder(walk, "", 1);
  const problems = walk.problems.all();
  if (problems.length > 0) throw new DecantError("InvalidData", problems);
  return { files: walk.files.sort((a, b) => compareCodePoints(a.path, b.path)), ignored: walk.ignored };
}

interface Walk {
  readonly root: string;
  readonly limits: FolderLimits;
  readonly files: ListedFile[];
  readonly problems: ProblemList;
  ignored: number;
}

async function walkFolder(walk: Walk, folder: string, depth: number): Promise<void> {
  if (depth > walk.limits.depth) {
    const message = `Expected folders at most ${walk.limits.depth} deep: name a folder further down as data.source.`;
    return walk.problems.add("folders that are too deep", { message, where: folder });
  }
  let entries: Dirent[];
  try {
    entries = await readdir(join(walk.root, folder), { withFileTypes: true });
  } catch (error) {
    return unreadable(walk, folder, error);
  }
  for (const entry of entries) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (isIgnoredName(entry.name)) walk.ignored += 1;
    else if (CONTROL.test(entry.name)) refuseName(walk, path);
    else if (entry.isDirectory()) await walkFolder(walk, path, depth + 1);
    else if (entry.isSymbolicLink()) await addLink(walk, path);
    else if (entry.isFile()) await addFile(walk, path, lstat);
    // A pipe or device is never opened: reading one may never end.
    else walk.ignored += 1;
  }
}

/** Such a name would break lines of manifests and reports, or steer a terminal. */
function refuseName(walk: Walk, path: string): void {
  const message = "Expected names without control characters: rename this.";
  walk.problems.add("names with control characters", { message, where: JSON.stringify(path) });
}

async function addFile(walk: Walk, path: string, facts: typeof lstat): Promise<void> {
  try {
    const { size } = await facts(join(walk.root, path));
    walk.files.push({ path, size_bytes: size });
  } catch (error) {
    return unreadable(walk, path, error);
  }
  if (walk.files.length > walk.limits.files) {
    const message = `Expected at most ${walk.limits.files} files in the data folder, got more: is it the right folder?`;
    throw new DecantError("InvalidData", [{ message, where: walk.root }]);
  }
}

/** A link to a file inside the folder is that file; a link to a folder could go round in circles. */
async function addLink(walk: Walk, path: string): Promise<void> {
  const refuse = (message: string) => walk.problems.add("links that are refused", { message, where: path });
  let target: string;
  try {
    target = await realpath(join(walk.root, path));
  } catch {
    return refuse("Expected a link to a file in the data folder, but it leads nowhere: remove it.");
  }
  const inside = relative(walk.root, target);
  if (inside === ".." || inside.startsWith(`..${sep}`)) {
    return refuse("Expected links to stay in the data folder, but this one leaves it: copy the file in its place.");
  }
  const facts = await stat(target);
  if (!facts.isFile()) return refuse("Expected a link to a file, got one to a folder: move the folder in its place.");
  return addFile(walk, path, stat as typeof lstat);
}

function unreadable(walk: Walk, path: string, error: unknown): void {
  const code = (error as NodeJS.ErrnoException).code ?? String(error);
  walk.problems.add("files that can't be read", {
    message: `Expected to read this, but the system refuses (${code}): mend its permissions or name.`,
    where: path === "" ? walk.root : path,
  });
}
