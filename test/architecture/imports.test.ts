// Imports point one way: cli -> lambdas -> adapters -> core -> schemas; core does no I/O.
import { describe, expect, it } from "vitest";
import { importsOf, sourceFiles } from "./source-files.ts";

/** For each folder, the folders that it may import from, itself included. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  core: ["core", "schemas"],
  adapters: ["adapters", "core", "schemas"],
  lambdas: ["lambdas", "adapters", "core", "schemas"],
  cli: ["cli", "lambdas", "adapters", "core", "schemas"],
  infra: ["infra", "core/workflow", "core/targets"],
};
const CORE_PACKAGES = new Set(["ajv", "ajv/dist/2020.js", "csv-parse/sync", "fastest-levenshtein", "yaml"]);

const files = sourceFiles(/^(core|adapters|lambdas|cli|infra)\/.*\.ts$/);
const isRelative = (name: string) =>
  /^(core|adapters|lambdas|cli|infra|schemas|test|bench|bin|gpu-tasks|package)\b/.test(name);

describe("imports", () => {
  it("are looked at in every layer that exists", () => {
    for (const layer of ["core", "adapters", "lambdas", "cli"]) {
      expect(files.some((file) => file.path.startsWith(`${layer}/`))).toBe(true);
    }
  });

  it("point one way between the layers", () => {
    const wrong = files.flatMap((file) => {
      const allowed = ALLOWED[file.path.split("/")[0] ?? ""] ?? [];
      return importsOf(file)
        .filter(isRelative)
        .filter((target) => !allowed.some((folder) => target === folder || target.startsWith(`${folder}/`)))
        .map((target) => `${file.path} -> ${target}`);
    });
    expect(wrong).toEqual([]);
  });

  it("bring no I/O and no unlisted package into core", () => {
    const wrong = files
      .filter((file) => file.path.startsWith("core/"))
      .flatMap((file) =>
        importsOf(file)
          .filter((target) => !isRelative(target) && !CORE_PACKAGES.has(target))
          .map((target) => `${file.path} -> ${target}`),
      );
    expect(wrong).toEqual([]);
  });

  it("find every time and random source of core in its arguments", () => {
    const clock = /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bperformance\.now\(|\bprocess\.[a-z]/;
    expect(files.filter((file) => file.path.startsWith("core/") && clock.test(file.text)).map((f) => f.path)).toEqual(
      [],
    );
  });
});
