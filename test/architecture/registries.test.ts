// A plural folder is a registry: one file an entry, one explicit list in alphabetical order, nothing else.
import { describe, expect, it } from "vitest";
import { type SourceFile, sourceFiles } from "./source-files.ts";

/** Registry folder -> its list file. The interface file is named in the singular. */
const REGISTRIES: Readonly<Record<string, { list: string; singular: string }>> = {
  "core/quantizers": { list: "core/quantizers/list.ts", singular: "core/quantizers/quantizer.ts" },
  "core/readers": { list: "core/readers/list.ts", singular: "core/readers/reader.ts" },
  "core/targets": { list: "core/targets/list.ts", singular: "core/targets/target.ts" },
};

const directFiles = (folder: string): SourceFile[] => sourceFiles(new RegExp(`^${folder}/[^/]+\\.ts$`));

describe.each(Object.entries(REGISTRIES))("the registry %s", (folder, { list, singular }) => {
  const files = directFiles(folder);
  const listFile = files.find((file) => file.path === list);

  it("has a list and an interface file in the singular", () => {
    expect(files.map((file) => file.path)).toEqual(expect.arrayContaining([list, singular]));
  });

  it("lists every entry file, in alphabetical order", () => {
    const entries = files.map((file) => file.path).filter((path) => path !== list && path !== singular);
    const imported = [...(listFile?.text.matchAll(/from "\.\/([^"]+)"/g) ?? [])]
      .map((match) => `${folder}/${match[1]}`)
      .filter((path) => path !== singular);
    expect(imported).toEqual([...entries].sort());
  });
});

/** Python registries: entry files, beside the list and the interface in the singular. */
const PYTHON_REGISTRIES: Readonly<Record<string, string>> = {
  importances: "importance",
  pruners: "pruner",
  tasks: "task",
  transfers: "transfer",
};

describe.each(Object.entries(PYTHON_REGISTRIES))("the Python registry %s", (folder, singular) => {
  const root = `gpu-tasks/decant_tasks/${folder}`;
  const files = sourceFiles(new RegExp(`^${root}/[^/]+\\.py$`));
  const names = files.map((file) => file.path.slice(root.length + 1, -".py".length));

  it("lists every entry file, in alphabetical order", () => {
    expect(names).toEqual(expect.arrayContaining(["list", singular]));
    const entries = names.filter((name) => !["__init__", "list", singular].includes(name));
    const list = files.find((file) => file.path === `${root}/list.py`);
    const imported = [...(list?.text.matchAll(new RegExp(`from decant_tasks\\.${folder}\\.(\\w+) import`, "g")) ?? [])]
      .map((match) => match[1])
      .filter((name) => name !== singular);
    expect(imported).toEqual([...entries].sort());
  });
});
