// Which command lines set up Python before they start.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { projectRoot } from "../architecture/source-files.ts";

/** Asked in a process of its own: bin/ is plain JavaScript outside the type checker's project. */
function trains(...args: string[]): boolean {
  const module = join(projectRoot, "bin/setup/training-command.mjs");
  const code = `import(process.argv[1]).then((m) => console.log(m.isTrainingCommand(process.argv.slice(2))))`;
  return execFileSync(process.execPath, ["-e", code, "--", module, ...args], { encoding: "utf8" }).trim() === "true";
}

describe("a command line", () => {
  it("sets up Python where it trains, wherever --store stands", () => {
    expect(trains("run", "decant.yaml")).toBe(true);
    expect(trains("--store", "elsewhere", "run", "decant.yaml")).toBe(true);
    expect(trains("--store=elsewhere", "demo")).toBe(true);
  });

  it("does without where it only asks", () => {
    expect(trains("run", "-h")).toBe(false);
    expect(trains("run", "decant.yaml", "--dry-run")).toBe(false);
    expect(trains("--store", "run", "status")).toBe(false);
    expect(trains()).toBe(false);
  });
});
