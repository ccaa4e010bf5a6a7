// decant demo: what `npm run demo` runs. Fetches the pictures once, then runs the demo's job like any other.
import { copyFile, mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { fetchEmoji } from "../demo/fetch-emoji.ts";
import { type RunOptions, runJob } from "./run.ts";

const EXAMPLE = fileURLToPath(new URL("../../examples/demo/", import.meta.url));

export function registerDemo(program: Command): void {
  program
    .command("demo")
    .description("fetch the demo's pictures and run the whole workflow on them")
    .option("--folder <folder>", "where pictures, job and store go", ".demo")
    .option("--json", "progress as JSON lines; the last is the result")
    .addHelpText("after", "\nExample:\n  $ decant demo")
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<RunOptions & { folder: string }>();
      const folder = resolve(options.folder);
      await mkdir(folder, { recursive: true });
      await fetchEmoji(folder, EXAMPLE, (line) => void process.stderr.write(`${line}\n`));
      const job = join(folder, "decant.yaml");
      await copyFile(join(EXAMPLE, "decant.yaml"), job);
      process.exitCode = await runJob(job, options);
    });
}
