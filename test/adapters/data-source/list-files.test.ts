// Walking a data folder: what is listed, ignored and refused.
import { execFileSync } from "node:child_process";
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { listFiles } from "../../../adapters/data-source/list-files.ts";
import { DecantError } from "../../../core/errors/problem.ts";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";

function folderWith(...paths: string[]): string {
  const root = realpathSync(temporaryFolder());
  for (const path of paths) {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), path);
  }
  return root;
}

async function problemsOf(work: Promise<unknown>): Promise<string[]> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DecantError);
  expect((error as DecantError).code).toBe("InvalidData");
  return (error as DecantError).problems.map(({ where, message }) => `${where}: ${message}`);
}

describe("listing a folder", () => {
  it("gives files with sizes in code-point order, and counts what nobody put there on purpose", async () => {
    const root = folderWith("b/2.png", "a/1.png", "B.png", ".DS_Store", "a/Thumbs.db", ".git/config", "__MACOSX/x.png");
    expect(await listFiles(root)).toEqual({
      files: [
        { path: "B.png", size_bytes: 5 },
        { path: "a/1.png", size_bytes: 7 },
        { path: "b/2.png", size_bytes: 7 },
      ],
      ignored: 4,
    });
  });

  it("follows a link to a file inside", async () => {
    const root = folderWith("a/1.png");
    symlinkSync("1.png", join(root, "a/2.png"));
    expect((await listFiles(root)).files.map(({ path }) => path)).toEqual(["a/1.png", "a/2.png"]);
  });

  it("refuses links that leave, lead nowhere or go round in circles, all at once", async () => {
    const root = folderWith("a/1.png");
    const outside = folderWith("secret.png");
    symlinkSync(join(outside, "secret.png"), join(root, "a/file.png"));
    symlinkSync(outside, join(root, "a/folder"));
    symlinkSync("..", join(root, "a/loop"));
    symlinkSync("nothing", join(root, "a/nowhere"));
    symlinkSync("self", join(root, "a/self"));
    const problems = await problemsOf(listFiles(root));
    expect(problems.sort()).toEqual([
      expect.stringMatching(/^a\/file\.png: .*leaves it/),
      expect.stringMatching(/^a\/folder: .*leaves it/),
      expect.stringMatching(/^a\/loop: .*folder/),
      expect.stringMatching(/^a\/nowhere: .*nowhere/),
      expect.stringMatching(/^a\/self: .*nowhere/),
    ]);
  });

  it("is not fooled by a folder whose name begins like the data's", async () => {
    const parent = folderWith("data/1.png", "data-secret/2.png", "..hidden/3.png");
    symlinkSync("../data-secret/2.png", join(parent, "data/2.png"));
    expect(await problemsOf(listFiles(join(parent, "data")))).toHaveLength(1);
  });

  it("never opens a pipe", async () => {
    const root = folderWith("a/1.png");
    execFileSync("mkfifo", [join(root, "a/pipe.png")]);
    expect(await listFiles(root)).toMatchObject({ files: [{ path: "a/1.png" }], ignored: 1 });
  });

  it("stops at its limits", async () => {
    const root = folderWith("a/1.png", "a/b/2.png", "a/b/c/3.png");
    const limits = { files: 10, depth: 3 };
    expect((await problemsOf(listFiles(root, limits)))[0]).toContain("at most 3 deep");
    expect((await problemsOf(listFiles(root, { files: 2, depth: 9 })))[0]).toContain("at most 2 files");
  });

  it("refuses names that would break a line or steer a terminal", async () => {
    const root = folderWith("a/x\ny.png", "a/\u001b[31m.png");
    expect(await problemsOf(listFiles(root))).toHaveLength(2);
  });
});
