// decant unschedule NAME: removes a job's schedule; its runs and champions stay.
import type { Command } from "commander";
import { type CloudOptions, withDeployment } from "../cloud/options.ts";

export function registerUnschedule(program: Command): void {
  withDeployment(
    program
      .command("unschedule")
      .description("remove a job's schedule in the cloud; its runs and champions stay")
      .argument("<name>", "the job's name"),
  )
    .addHelpText("after", "\nExample:\n  $ decant unschedule flowers")
    .action(async (name: string, _options: unknown, command: Command) => {
      const { unschedule } = await import("../cloud/schedule.ts");
      process.stdout.write(await unschedule(name, command.optsWithGlobals<CloudOptions>()));
    });
}
