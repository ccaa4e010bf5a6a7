// decant init, as a user calls it.
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { parseJob } from "../../../core/job/parse-job.ts";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";

const main = fileURLToPath(new URL("../../../cli/main.ts", import.meta.url));

async function decant(cwd: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, [main, ...args], { cwd }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
}

/** Files that differ in content; init reads no pixels that it can't find. */
function folderWith(counts: Readonly<Record<string, number>>): string {
  const root = temporaryFolder();
  for (const [folder, count] of Object.entries(counts)) {
    mkdirSync(join(root, "My Data", folder), { recursive: true });
    for (let at = 0; at < count; at += 1) writeFileSync(join(root, "My Data", folder, `${at}.png`), `${folder} ${at}`);
  }
  return root;
}

describe("decant init", { timeout: 60_000 }, () => {
  it("says what it found and writes a job that resolves to it", async () => {
    const root = folderWith({ cat: 30, dog: 25 });
    writeFileSync(join(root, "My Data/cat/copy.png"), "cat 0");
    const { code, stdout } = await decant(root, "init", "My Data");
    expect(code).toBe(0);
    expect(stdout).toContain("My Data: 56 labelled images (image-folder)");
    expect(stdout).toMatch(/all +\d+ +\d+ +\d+/);
    expect(stdout).toContain("Left out, duplicate: 1\n  cat/copy.png: same bytes as cat/0.png");
    const parsed = parseJob(readFileSync(join(root, "decant.yaml"), "utf8"), "decant.yaml");
    expect(parsed).toMatchObject({ job: { name: "my-data", data: { source: "./My Data" } } });
  });

  it("replaces a job file only when told to", async () => {
    const root = folderWith({ cat: 30, dog: 25 });
    writeFileSync(join(root, "decant.yaml"), "mine");
    const refused = await decant(root, "init", "My Data");
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("add --force");
    expect(readFileSync(join(root, "decant.yaml"), "utf8")).toBe("mine");
    expect((await decant(root, "init", "My Data", "--force", "--name", "pets")).code).toBe(0);
    expect(readFileSync(join(root, "decant.yaml"), "utf8")).toContain("name: pets");
  });

  it("tells every problem, writes nothing and exits 2", async () => {
    const root = folderWith({ cat: 3, dog: 2, fox: 30 });
    const { code, stderr } = await decant(root, "init", "My Data");
    expect(code).toBe(2);
    expect(stderr).toContain("class cat");
    expect(stderr).toContain("class dog");
    expect(() => readFileSync(join(root, "decant.yaml"))).toThrow();
  });
});
