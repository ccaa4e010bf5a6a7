// decant logs RUN --cloud: what the training tasks of a run in the cloud have said.
import type { Command } from "commander";
import { type CloudOptions, withCloud } from "../cloud/options.ts";

export function registerLogs(program: Command): void {
  withCloud(
    program
      .command("logs")
      .description("print what a run's training tasks said in the cloud")
      .argument("<run>", "its name"),
  )
    .addHelpText("after", "\nExample:\n  $ decant logs flowers-0123456789abcdef01234567 --cloud")
    .action(async (run: string, _options: unknown, command: Command) => {
      const { logsInCloud } = await import("../cloud/runs.ts");
      for await (const line of logsInCloud(run, command.optsWithGlobals<CloudOptions>())) process.stdout.write(line);
    });
}
