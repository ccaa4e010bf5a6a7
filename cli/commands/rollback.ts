// decant rollback NAME: moves a job's champion back to the one before it, here or in the cloud.
import { createHash } from "node:crypto";
import type { Command } from "commander";
import type { Store } from "../../core/store/store.ts";
import { rollBack } from "../../lambdas/roll-back.ts";
import { readDeployment } from "../cloud/deployment.ts";
import { type CloudOptions, withCloud } from "../cloud/options.ts";
import { artifactStore } from "../cloud/run-results.ts";
import { openObjects } from "../laptop/open-store.ts";
import { storeFolder } from "../runs.ts";

interface RollbackOptions extends CloudOptions {
  readonly to?: string;
  readonly store?: string;
}

export function registerRollback(program: Command): void {
  withCloud(
    program
      .command("rollback")
      .description("move a job's champion back to the one before it; what was rolled back stays withdrawn")
      .argument("<name>", "the job's name")
      .option("--to <run>", "the run to go to: an earlier champion, or forward to one that was rolled back"),
  )
    .addHelpText("after", "\nExample:\n  $ decant rollback flowers")
    .action(async (name: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<RollbackOptions>();
      const services = {
        store: await storeOf(options),
        sha256: (bytes: Uint8Array | string) => createHash("sha256").update(bytes).digest("hex"),
        now: () => Date.now(),
      };
      const { champion, before } = await rollBack(services, name, options.to);
      process.stdout.write(`the champion of ${name} is ${champion.run} again (it was ${before.run})\n`);
    });
}

async function storeOf({ cloud, deployment, store }: RollbackOptions): Promise<Store> {
  if (cloud) return artifactStore(await readDeployment(deployment));
  return openObjects(storeFolder(store, "."));
}
