// Keeps files small, introduced, named for what they hold, used, and free of this machine's paths.
import { describe, expect, it } from "vitest";
import { importsOf, sourceFiles } from "./source-files.ts";

const MAXIMUM_LINES = 400;
const code = sourceFiles(/\.(ts|mts|mjs|py)$/);
const typescript = code.filter((file) => file.path.endsWith(".ts"));
/** Started by name, not by import. */
const ENTRY_POINTS = [
  /^(cli\/main|infra\/app)\.ts$/,
  /^(test|bench|docs|examples)\//,
  /\.d\.ts$/,
  /-(worker|process)\.ts$/,
  /\.config\.ts$/,
];

describe("source files", () => {
  it("have at most 400 lines", () => {
    expect(code.filter((file) => file.lines.length > MAXIMUM_LINES).map((file) => file.path)).toEqual([]);
  });

  it("say in their first lines what they are for", () => {
    const introduced = (lines: readonly string[]) => {
      const first = lines[0]?.startsWith("#!") ? lines[1] : lines[0];
      return first === "" || /^(\/\/|\/\*|#|""")/.test(first ?? "");
    };
    expect(code.filter((file) => file.text !== "" && !introduced(file.lines)).map((file) => file.path)).toEqual([]);
  });

  it("are not named after nothing in particular", () => {
    const vague = /(^|[/_-])(utils?|helpers?|common|misc|manager)([/_.-]|$)/;
    expect(code.filter((file) => vague.test(file.path)).map((file) => file.path)).toEqual([]);
  });

  it("hold no mark of unfinished work", () => {
    const mark = new RegExp(["TO" + "DO", "FIX" + "ME", "not " + "implemented"].join("|"));
    expect(code.filter((file) => mark.test(file.text)).map((file) => file.path)).toEqual([]);
  });

  it("are all imported, or started by name", () => {
    const imported = new Set(typescript.flatMap(importsOf));
    const dead = typescript
      .filter((file) => !imported.has(file.path) && !ENTRY_POINTS.some((entry) => entry.test(file.path)))
      .map((file) => file.path);
    expect(dead).toEqual([]);
  });
});

describe("every text file", () => {
  it("is free of paths of one machine", () => {
    const machine = new RegExp(["/ro" + "ot/", "/wo" + "rk/", "/tm" + "p/[a-z]+/"].join("|"));
    const texts = sourceFiles(/\.(ts|mjs|py|md|json|ya?ml|sh|txt|toml)$|^\.ci\/run$/).filter(
      (file) => !file.path.endsWith("package-lock.json"),
    );
    expect(texts.filter((file) => machine.test(file.text)).map((file) => file.path)).toEqual([]);
  });
});
