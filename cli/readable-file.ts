// Whether a path is a file that can be read: asked before work starts, so that all wrong arguments are told at once.
import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";

export async function isReadable(path: string): Promise<boolean> {
  try {
    await access(path, constants.R_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
