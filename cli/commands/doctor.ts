// decant doctor: what is installed, what is missing and the command that mends it; CPU flags that matter for int8.
import { totalmem } from "node:os";
import type { Command } from "commander";
import { DecantError } from "../../core/errors/problem.ts";
import {
  type Check,
  checkBrowser,
  checkDisk,
  checkMemory,
  checkNode,
  checkProcessor,
  checkPython,
  checkRuntime,
} from "../doctor/checks.ts";
import { pythonInterpreter } from "../laptop/python.ts";

export function registerDoctor(program: Command): void {
  program
    .command("doctor")
    .description("say what is installed, what is missing and the command that mends it")
    .option("--json", "one line of JSON")
    .addHelpText("after", "\nExample:\n  $ decant doctor")
    .action((options: { json?: boolean }) => doctor(options.json ?? false));
}

async function doctor(json: boolean): Promise<void> {
  const python = pythonInterpreter(process.env);
  const checks: Check[] = [
    checkNode(process.versions.node),
    await checkRuntime(),
    await checkPython(python),
    await checkProcessor(python),
    checkMemory(totalmem()),
    await checkDisk(process.cwd()),
    checkBrowser(process.env),
  ];
  process.stdout.write(json ? `${JSON.stringify({ checks })}\n` : checks.map(asLines).join(""));
  const missing = checks.filter((check) => check.state === "missing");
  if (missing.length > 0) {
    throw new DecantError(
      "ChildFailed",
      missing.map((check) => ({ message: `${check.found}. To mend it: ${check.mend}`, where: check.name })),
    );
  }
}

function asLines({ name, state, found, mend }: Check): string {
  const mark = { ok: "ok     ", advice: "advice ", missing: "MISSING" }[state];
  return `${mark} ${name.padEnd(10)} ${found}\n${mend ? `${" ".repeat(19)}mend: ${mend}\n` : ""}`;
}
