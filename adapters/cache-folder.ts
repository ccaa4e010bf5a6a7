// Where this program keeps copies that it could fetch again: the operating system's place for caches, or DECANT_CACHE.
import { homedir } from "node:os";
import { join, resolve } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

/** Absolute; it may not exist yet. */
export function cacheFolder(
  environment: Environment = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  if (environment.DECANT_CACHE) return resolve(environment.DECANT_CACHE);
  return join(systemFolder(environment, platform), "decant");
}

function systemFolder(environment: Environment, platform: NodeJS.Platform): string {
  if (platform === "darwin") return join(homedir(), "Library", "Caches");
  if (platform === "win32") return environment.LOCALAPPDATA ?? join(homedir(), "AppData", "Local");
  return environment.XDG_CACHE_HOME || join(homedir(), ".cache");
}
