// The reference page is what the program says of itself; every command has an example that it accepts.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { createProgram } from "../../cli/program.ts";
import { helpExamples } from "../../cli/reference/commands.ts";
import { referencePage } from "../../cli/reference/page.ts";
import { parseJob } from "../../core/job/parse-job.ts";
import { projectRoot } from "../architecture/source-files.ts";

/** The program with actions that do nothing, so that a line can be parsed and not run. */
function parsingProgram(): Command {
  const program = createProgram();
  for (const command of program.commands) command.action(() => {});
  return program;
}

const words = (line: string) =>
  line
    .replaceAll("\\\n", " ")
    .split(/\s+/)
    .filter((word) => word !== "")
    .slice(1);
const readme = readFileSync(join(projectRoot, "README.md"), "utf8");

describe("docs/reference.md", () => {
  it("is what `npm run docs` writes", () => {
    expect(readFileSync(join(projectRoot, "docs/reference.md"), "utf8")).toBe(referencePage());
  });
});

describe("every command's help", () => {
  it.each(createProgram().commands.map((command) => [command.name(), command] as const))(
    "has an example that is accepted: %s",
    async (name, command) => {
      const examples = helpExamples(command);
      expect(examples.length).toBeGreaterThan(0);
      for (const example of examples) {
        expect(words(example)[0]).toBe(name);
        await parsingProgram().parseAsync(words(example), { from: "user" });
      }
    },
  );
});

describe("README.md", () => {
  it("shows commands that are accepted", async () => {
    const lines = [...readme.matchAll(/^npx (decant .+?)(?:\s+#.*)?$/gm)].map((match) => match[1] ?? "");
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) await parsingProgram().parseAsync(words(line), { from: "user" });
  });

  it("shows a job file without problems", () => {
    const jobs = [...readme.matchAll(/^```yaml\n(.*?)^```$/gms)].map((match) => match[1] ?? "");
    expect(jobs).toHaveLength(1);
    for (const job of jobs) expect(parseJob(job, "README.md")).not.toHaveProperty("problems");
  });

  it("links only to files that exist", () => {
    const links = [...readme.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map((match) => match[1] ?? "");
    expect(links.length).toBeGreaterThan(3);
    for (const link of links) expect(existsSync(join(projectRoot, link)), link).toBe(true);
  });
});
