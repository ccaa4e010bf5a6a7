// decant stop RUN --cloud: stops a run in the cloud. On a laptop Ctrl-C does.
import type { Command } from "commander";
import { type CloudOptions, withCloud } from "../cloud/options.ts";

export function registerStop(program: Command): void {
  withCloud(
    program
      .command("stop")
      .description("stop a run in the cloud; what it finished is kept")
      .argument("<run>", "its name"),
  )
    .addHelpText("after", "\nExample:\n  $ decant stop flowers-0123456789abcdef01234567 --cloud")
    .action(async (run: string, _options: unknown, command: Command) => {
      const { stopInCloud } = await import("../cloud/runs.ts");
      process.stdout.write(await stopInCloud(run, command.optsWithGlobals<CloudOptions>()));
    });
}
