// Options that every command of the cloud has.
import type { Command } from "commander";
import { DEPLOYMENT_FILE } from "./deployment.ts";

export interface CloudOptions {
  readonly cloud?: boolean;
  readonly deployment?: string;
}

export function withDeployment(command: Command): Command {
  return command.option("--deployment <file>", `outputs of the deployment (default: ${DEPLOYMENT_FILE})`);
}

export function withCloud(command: Command): Command {
  return withDeployment(command.option("--cloud", "a run in the cloud, not on this machine"));
}
