// Where the files of a data source lie: the source itself where it is a folder, or the folder of a CSV or manifest.
import { realpath, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { sourceAddress } from "../../core/data-source/source-address.ts";
import { DecantError } from "../../core/errors/problem.ts";
import type { FetchData } from "../data-source/read-source.ts";

/**
 * Absolute, links resolved. `source` is relative to the job's folder; in a bucket, it is brought here first.
 * @param only paths of files that are needed; absent: all
 */
export async function dataRoot(
  jobFolder: string,
  source: string,
  fetchData?: FetchData,
  only?: ReadonlySet<string>,
): Promise<string> {
  const address = sourceAddress(jobFolder, source);
  if (address !== undefined && fetchData) return (await fetchData(address, only)).root;
  const path = resolve(jobFolder, source);
  try {
    const real = await realpath(path);
    return (await stat(real)).isDirectory() ? real : dirname(real);
  } catch (cause) {
    const message = `expected the data that the job names, but ${source} can't be read: is it moved or not mounted?`;
    throw new DecantError("InvalidData", [{ message, where: path }], { cause });
  }
}
