// decant schedule JOB: runs a job again and again in the cloud; unchanged data ends such a run in seconds.
import type { Command } from "commander";
import { withDeployment } from "../cloud/options.ts";
import type { ScheduleOptions } from "../cloud/schedule.ts";

export function registerSchedule(program: Command): void {
  withDeployment(
    program
      .command("schedule")
      .description("run a job again and again in the cloud; a schedule of the same job is changed")
      .argument("<job>", "the job's YAML or JSON file")
      .option("--every <time>", "such as 7d, 12h or 30min")
      .option("--cron <fields>", 'six fields in UTC, such as "0 3 ? * MON *"'),
  )
    .addHelpText("after", "\nExample:\n  $ decant schedule decant.yaml --every 7d")
    .action(async (job: string, _options: unknown, command: Command) => {
      const { schedule } = await import("../cloud/schedule.ts");
      process.stdout.write(await schedule(job, command.optsWithGlobals<ScheduleOptions>()));
    });
}
