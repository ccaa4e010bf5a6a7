// Finds the deployment that a command speaks to: the outputs that `cdk deploy --outputs-file` wrote.
import { readFile } from "node:fs/promises";
import { DecantError } from "../../core/errors/problem.ts";
import { DEPLOYMENT_OUTPUTS, type Deployment } from "../../core/workflow/deployment.ts";

/** Written by the deploy command of docs/operations.md. */
export const DEPLOYMENT_FILE = "cdk-outputs.json";

const HOW = `Deploy with: npx cdk deploy --outputs-file ${DEPLOYMENT_FILE}, or name that file with --deployment or DECANT_DEPLOYMENT`;

/** The outputs of the one stack in the file. Throws InvalidInput with every output that is missing. */
export async function readDeployment(given: string | undefined): Promise<Deployment> {
  const path = given ?? process.env.DECANT_DEPLOYMENT ?? DEPLOYMENT_FILE;
  const outputs = outputsOf(await textOf(path), path);
  const problems = DEPLOYMENT_OUTPUTS.filter((name) => typeof outputs[name] !== "string" || outputs[name] === "").map(
    (name) => ({ message: `Expected the stack's output ${name}, got none. ${HOW}.`, where: path }),
  );
  if (problems.length > 0) throw new DecantError("InvalidInput", problems);
  return Object.fromEntries(DEPLOYMENT_OUTPUTS.map((name) => [name, outputs[name]])) as unknown as Deployment;
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const message = `Expected the outputs of a deployment, but the file can't be read (${(cause as NodeJS.ErrnoException).code}). ${HOW}.`;
    throw new DecantError("InvalidInput", [{ message, where: path }], { cause });
  }
}

function outputsOf(text: string, path: string): Record<string, unknown> {
  const refuse = (message: string, cause?: unknown) =>
    new DecantError("InvalidInput", [{ message: `${message} ${HOW}.`, where: path }], { cause });
  let stacks: unknown;
  try {
    stacks = JSON.parse(text);
  } catch (cause) {
    throw refuse("Expected JSON.", cause);
  }
  const found = isRecord(stacks) ? Object.values(stacks).filter((each) => isRecord(each)) : [];
  const ours = found.filter((each) => DEPLOYMENT_OUTPUTS.some((name) => name in each));
  if (ours.length !== 1) throw refuse(`Expected the outputs of one Decant stack, got ${ours.length}.`);
  return ours[0]!;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
