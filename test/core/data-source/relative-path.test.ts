// No path that somebody writes leaves the data folder.
import { posix, win32 } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { relativePath } from "../../../core/data-source/relative-path.ts";

describe("a written path", () => {
  it("is put into plain form", () => {
    expect(relativePath("./a//b.png", "")).toEqual({ path: "a/b.png" });
    expect(relativePath("b c.png", "train")).toEqual({ path: "train/b c.png" });
  });

  it("is refused where it could leave the folder or is no path", () => {
    for (const path of [
      "..",
      "../a",
      "a/../../b",
      "/a",
      "\\a",
      "..\\a",
      "C:/a",
      "c:a",
      "file:///a",
      "s3://b/a",
      "a\0b",
      "",
      " ",
      ".",
      "a\nb",
      "x".repeat(2000),
      "\ud800",
    ]) {
      expect(relativePath(path, "")).toHaveProperty("refused");
    }
  });

  it("stays inside, on either kind of system", () => {
    const piece = fc.constantFrom("..", ".", "/", "\\", "a", "b", "C:", "~", " ", "...", "%2e%2e");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const checked = relativePath(pieces.join(""), "");
        if ("refused" in checked) return;
        expect(posix.resolve("/data", checked.path).startsWith("/data/")).toBe(true);
        expect(win32.resolve("C:\\data", checked.path).startsWith("C:\\data\\")).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
