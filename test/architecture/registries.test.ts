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
