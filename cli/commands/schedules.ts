// decant schedules: every schedule of the deployment.
import type { Command } from "commander";
import { type CloudOptions, withDeployment } from "../cloud/options.ts";

export function registerSchedules(program: Command): void {
  withDeployment(
    program
      .command("schedules")
      .description("list the schedules of jobs in the cloud")
      .option("--json", "one JSON array"),
  )
    .addHelpText("after", "\nExample:\n  $ decant schedules")
    .action(async (_options: unknown, command: Command) => {
      const { listSchedules } = await import("../cloud/schedule.ts");
      process.stdout.write(await listSchedules(command.optsWithGlobals<CloudOptions & { json?: boolean }>()));
    });
}
