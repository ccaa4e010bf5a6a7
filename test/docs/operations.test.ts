// The pages about the cloud: their commands are accepted, their links lead somewhere, their sums are the price table's.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { createProgram } from "../../cli/program.ts";
import { PRICES } from "../../core/budget/prices.ts";
import { projectRoot } from "../architecture/source-files.ts";

const read = (path: string) => readFileSync(join(projectRoot, path), "utf8");
const operations = read("docs/operations.md");

/** The program with actions that do nothing, so that a line can be parsed and not run. */
function parsingProgram(): Command {
  const program = createProgram();
  for (const command of program.commands) command.action(() => {});
  return program;
}

const anchorsOf = (page: string) =>
  [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    (heading ?? "")
      .toLowerCase()
      .replace(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );

describe.each(["docs/operations.md", "docs/threat-model.md"])("%s", (path) => {
  const page = read(path);

  it("links only to files and paragraphs that exist", () => {
    const links = [...page.matchAll(/\]\((?!https?:)([^)]+)\)/g)].map((match) => match[1] ?? "");
    expect(links.length).toBeGreaterThan(0);
    for (const link of links) {
      const [file = "", anchor] = link.split("#");
      const target = file === "" ? path : join(dirname(path), file);
      expect(existsSync(join(projectRoot, target)), link).toBe(true);
      if (anchor !== undefined) expect(anchorsOf(read(target)), link).toContain(anchor);
    }
  });

  it("names only files of this repository that exist", () => {
    const files = [...page.matchAll(/`((?:core|infra|gpu-tasks|lambdas|test)\/[\w./-]*)`/g)].map(
      (match) => match[1] ?? "",
    );
    for (const file of files) expect(existsSync(join(projectRoot, file)), file).toBe(true);
  });
});

describe("docs/operations.md", () => {
  it("shows commands that are accepted", async () => {
    const lines = [...operations.matchAll(/npx (decant [^`\n]+)/g)].map((match) => match[1] ?? "");
    expect(lines.length).toBeGreaterThan(8);
    for (const line of lines) await parsingProgram().parseAsync(line.trim().split(/\s+/).slice(1), { from: "user" });
  });

  it("asks about runs and champions in the cloud with --cloud, since the same words alone mean this machine", () => {
    const lines = [...operations.matchAll(/npx decant ((?:logs|report|rollback|status|stop) [^`\n]*)/g)];
    expect(lines.length).toBeGreaterThan(5);
    for (const [, line] of lines) expect(line).toContain("--cloud");
  });

  it("explains every setting that a deployment takes", () => {
    const settings = read("infra/settings.ts");
    const names = [...settings.matchAll(/\b(?:whole|days|flag|choice|text)\("(\w+)"/g)].map((match) => match[1] ?? "");
    expect(names.length).toBeGreaterThan(8);
    const section = operations.slice(operations.indexOf("## Settings"), operations.indexOf("## What it costs"));
    for (const name of names) expect(section, name).toContain(`\`${name}\``);
  });

  it("counts with the price table", () => {
    expect(operations).toContain(`list prices of us-east-1 as of ${PRICES.as_of}`);
    const endpoints = 6 * 2 * 730 * PRICES.endpoint_zone_hour;
    expect(operations).toContain(`**${endpoints.toFixed(2)}** more`);
    const sweeper = (30 * 24 * 4 * PRICES.lambda.gb_second.arm64).toFixed(2);
    expect(operations).toContain(`| Sweeper, every 15 minutes, a second of 1 GB | ${sweeper} |`);
    const hour = 8 * (PRICES.ec2_hour["g5.xlarge"] ?? 0); // 32 vCPUs are eight machines of four
    expect(operations).toContain(`about ${hour.toFixed(0)} USD an hour`);
    expect(operations).toContain(`costs about ${(15 * PRICES.codebuild_minute).toFixed(2)} USD`);
  });
});
