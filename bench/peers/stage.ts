// A stage of a comparison that may be killed: its answer is written to a file when it is done, and read from there next time.
import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { writeWhole } from "../result-file.ts";

/** `work` may leave other files beside `file`; they have to be whole when it answers. */
export async function stage<T>(file: string, work: () => Promise<T>): Promise<T> {
  if (existsSync(file)) return JSON.parse(await readFile(file, "utf8")) as T;
  await mkdir(dirname(file), { recursive: true });
  const answer = await work();
  await writeWhole(file, `${JSON.stringify(answer)}\n`);
  return answer;
}
