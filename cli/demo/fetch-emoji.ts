// Fetches the demo's pictures with npm at the pinned versions (the lock file holds their integrity) and sorts them into
// a JSON Lines data set. Google's artwork is under Apache-2.0, Twitter's under CC BY 4.0, the lists under MIT.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, cp, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DecantError } from "../../core/errors/problem.ts";
import { chooseEmoji, type EmojiEntry } from "./emoji-classes.ts";

const ARTWORKS = ["google", "twitter"] as const;
const LIMIT_PER_CLASS = 100;

function installPackages(folder: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    const child = spawn("npm", args, { cwd: folder, stdio: ["ignore", 2, 2], shell: process.platform === "win32" });
    const fail = (cause: unknown) =>
      reject(
        new DecantError("ChildFailed", "npm could not fetch the demo's pictures; its messages stand above.", { cause }),
      );
    child.on("error", fail);
    child.on("exit", (code) => (code === 0 ? resolve() : fail(`exit code ${code}`)));
  });
}

async function copyArtwork(packages: string, target: string, artwork: string): Promise<string[]> {
  const source = join(packages, "node_modules", `emoji-datasource-${artwork}`);
  const entries: EmojiEntry[] = JSON.parse(await readFile(join(source, "emoji.json"), "utf8"));
  await mkdir(join(target, artwork), { recursive: true });
  const lines: string[] = [];
  for (const { image, label, group } of chooseEmoji(entries, LIMIT_PER_CLASS)) {
    await copyFile(join(source, "img", artwork, "64", image), join(target, artwork, image));
    lines.push(JSON.stringify({ path: `${artwork}/${image}`, label, group }));
  }
  return lines;
}

/**
 * Makes `<folder>/emoji` with about 1,100 pictures of 64 px in six classes and a manifest, once.
 * @param lockFolder holds the demo's package.json and package-lock.json
 */
export async function fetchEmoji(folder: string, lockFolder: string, say: (line: string) => void): Promise<string> {
  const target = join(folder, "emoji");
  if (existsSync(join(target, "manifest.jsonl"))) return target;
  say("fetching the demo's pictures with npm: two artworks of the same emoji (130 MB to download, 2 MB kept)");
  const packages = join(folder, "packages");
  const fresh = join(folder, "emoji.partial");
  await rm(fresh, { recursive: true, force: true });
  await mkdir(packages, { recursive: true });
  for (const name of ["package.json", "package-lock.json"]) await cp(join(lockFolder, name), join(packages, name));
  await installPackages(packages);
  const lines: string[] = [];
  for (const artwork of ARTWORKS) lines.push(...(await copyArtwork(packages, fresh, artwork)));
  await writeFile(join(fresh, "manifest.jsonl"), `${lines.join("\n")}\n`);
  await rm(target, { recursive: true, force: true });
  await rename(fresh, target);
  await rm(packages, { recursive: true, force: true });
  return target;
}
