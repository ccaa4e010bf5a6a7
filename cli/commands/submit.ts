// decant submit JOB: a local job with its data becomes a run in the cloud.
import type { Command } from "commander";
import { withDeployment } from "../cloud/options.ts";
import type { SubmitOptions } from "../cloud/submit.ts";

export function registerSubmit(program: Command): void {
  withDeployment(
    program
      .command("submit")
      .description("upload a job with its data to the cloud, which starts a run there, and follow it")
      .argument("<job>", "the job's YAML or JSON file")
      .option("--json", "progress as JSON lines; the last is the result")
      .option("--no-follow", "return as soon as everything is uploaded, with the status submitted"),
  )
    .addHelpText("after", "\nExample:\n  $ decant submit decant.yaml")
    .action(async (job: string, _options: unknown, command: Command) => {
      const { submit } = await import("../cloud/submit.ts"); // the AWS SDK: no other command has to wait for it
      process.exitCode = await submit(job, command.optsWithGlobals<SubmitOptions>());
    });
}
