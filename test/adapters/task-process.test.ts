// A GPU task's process: what it imports, and how its errors come back.
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { runTask } from "../../adapters/task-process.ts";
import { pythonInterpreter } from "../../cli/laptop/python.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";

const python = pythonInterpreter(process.env);
const here = process.cwd();
afterEach(() => process.chdir(here));

describe.skipIf(!existsSync(python))("a GPU task", () => {
  it("imports nothing from the folder where the command runs", async () => {
    const folder = temporaryFolder();
    for (const name of ["traceback.py", "decant_tasks.py", "torch.py"])
      writeFileSync(join(folder, name), 'raise SystemExit("imported from the working folder")\n');
    process.chdir(folder);
    const ended = runTask({
      python,
      environment: { INPUT: join(folder, "absent.json"), OUTPUT: join(folder, "output") },
      silence_ms_max: 60_000,
      signal: new AbortController().signal,
      progress: () => undefined,
    });
    await expect(ended).rejects.toMatchObject({ code: "InvalidInput" });
  });
});
