// The examples of docs/extending.md run as they stand there.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { pythonInterpreter } from "../../cli/laptop/python.ts";
import type { Reader } from "../../core/readers/reader.ts";
import { projectRoot } from "../architecture/source-files.ts";

const python = pythonInterpreter(process.env);

async function example(language: string): Promise<string> {
  const page = await readFile(join(projectRoot, "docs/extending.md"), "utf8");
  const block = page.match(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``))?.[1];
  if (block === undefined) throw new Error(`Expected an example in ${language} in docs/extending.md, found none.`);
  return block;
}

it("the example reader reads what it says", async () => {
  const folder = await mkdtemp(join(tmpdir(), "decant-docs-"));
  try {
    const file = join(folder, "file-name.ts");
    await writeFile(file, await example("ts"));
    const { fileName } = (await import(/* @vite-ignore */ file)) as { fileName: Reader };
    const listing = { files: ["cat_1.jpg", "dog_2.jpg"].map((path) => ({ path, size_bytes: 1 })) };
    expect(fileName.detect(listing)).toEqual({ label_files: [], certain: false });
    expect(fileName.detect({ files: [{ path: "cat/1.jpg", size_bytes: 1 }] })).toBeUndefined();
    expect(fileName.read({ listing, label_files: [] }).rows.map((row) => row.label)).toEqual(["cat", "dog"]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

it.skipIf(!existsSync(python))(
  "the example importance cuts the last channels first (skips without .venv)",
  async () => {
    const lines = [
      "import torch",
      "from types import SimpleNamespace",
      "from decant_tasks.importances.importance import Importance",
      await example("python"),
      "scores = KEEP_FIRST.score(None, [SimpleNamespace(name='block', channels=4)], lambda: [])",
      "print(scores['block'].tolist())",
    ];
    const environment = { ...process.env, PYTHONPATH: join(projectRoot, "gpu-tasks") };
    const out = execFileSync(python, ["-c", lines.join("\n")], { encoding: "utf8", env: environment });
    expect(JSON.parse(out)).toEqual([4, 3, 2, 1]);
  },
  60_000,
);
