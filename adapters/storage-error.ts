// Turns an operating-system error of the store's disk into one DecantError that says what to do.
import { DecantError } from "../core/errors/problem.ts";

const FULL = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);
const UNUSABLE: Readonly<Record<string, string>> = {
  EACCES: "this user may not write there",
  EPERM: "this user may not write there",
  EROFS: "the file system is read-only",
  EIO: "the disk reports an input/output error",
  EMFILE: "too many files are open",
  ENFILE: "too many files are open",
  ENODEV: "the device is gone",
  ENOTDIR: "a file lies where a folder belongs",
  ENAMETOOLONG: "the path is too long for the file system",
  ESTALE: "the network file system lost the file",
};

/** The same error where it isn't one of a disk; DiskFull or StoreFailed where it is. */
export function storageError(error: unknown, root: string): unknown {
  if (error instanceof DecantError || !(error instanceof Error)) return error;
  const code = (error as NodeJS.ErrnoException).code ?? "";
  if (FULL.has(code)) {
    const mend =
      "Free some space (decant clean removes outputs that no kept run needs), then run the same command again.";
    return new DecantError("DiskFull", `Expected room on the disk of ${root}, but it is full (${code}). ${mend}`, {
      cause: error,
    });
  }
  const reason = UNUSABLE[code];
  if (reason === undefined) return error;
  const message = `Expected to read and write in ${root}, but ${reason} (${code}). Mend that or pass another folder with --store, then run the same command again.`;
  return new DecantError("StoreFailed", message, { cause: error });
}

/** Runs `work` and throws its disk errors as DecantErrors. */
export async function withStorageErrors<T>(root: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storageError(error, root);
  }
}
