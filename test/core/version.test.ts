// The version that reports show is the package's.
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { TOOL_VERSION } from "../../core/version.ts";

it("the program's version is the one in package.json", () => {
  const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  expect(TOOL_VERSION).toBe(manifest.version);
});
