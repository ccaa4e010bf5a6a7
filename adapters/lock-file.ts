// A lock around one file's compare-and-replace, held for milliseconds. A lock whose process is dead, or that is older
// than STALE_MS, is broken. Only the replacement needs it: creation is atomic by itself.
import { randomUUID } from "node:crypto";
import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

const STALE_MS = 10_000;
const POLL_MS = 5;

interface Holder {
  readonly token: string;
  readonly host: string;
  readonly pid: number;
}

/** Runs `work` while holding the lock of `path`. `stillHeld` says whether nobody broke the lock meanwhile. */
export async function withLock<T>(path: string, work: (stillHeld: () => Promise<boolean>) => Promise<T>): Promise<T> {
  const lock = join(dirname(path), `.${basename(path)}.lock`);
  const holder: Holder = { token: randomUUID(), host: hostname(), pid: process.pid };
  while (!(await take(lock, holder))) {
    if (!(await breakIfStale(lock))) await wait(POLL_MS);
  }
  const stillHeld = async () => (await read(lock))?.token === holder.token;
  try {
    return await work(stillHeld);
  } finally {
    if (await stillHeld()) await rm(lock, { force: true });
  }
}

async function take(lock: string, holder: Holder): Promise<boolean> {
  try {
    await writeFile(lock, JSON.stringify(holder), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

async function read(lock: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(lock, "utf8")) as Holder;
  } catch {
    return undefined; // gone, or its writer has not filled it in yet
  }
}

async function breakIfStale(lock: string): Promise<boolean> {
  const holder = await read(lock);
  const age = await stat(lock).then(
    (found) => Date.now() - found.mtimeMs,
    () => 0,
  );
  const dead = holder !== undefined && holder.host === hostname() && !isAlive(holder.pid);
  if (!dead && age < STALE_MS) return false;
  // Moved, not removed: of several breakers exactly one gets the file.
  const broken = `${lock}.${randomUUID()}`;
  const moved = await rename(lock, broken).then(
    () => true,
    () => false,
  );
  if (moved) await rm(broken, { force: true });
  return moved;
}

/** Whether a process of this machine lives. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
