// Facts of the Lambda function that this code runs in, and of the machine that GPU tasks run on, which no function can
// look at: deployment tells it in environment variables, so that every function works out the same step keys.
import { DecantError } from "../core/errors/problem.ts";
import { LAMBDA_OS } from "../core/targets/target.ts";
import type { MachineFacts } from "../core/workflow/records/measurement.ts";
import { TASK_PACKAGES } from "../core/workflow/task-packages.ts";
import { readHost } from "./machine.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export async function readLambdaMachine(environment: Environment): Promise<MachineFacts> {
  const host = await readHost();
  const memory_mb = environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE;
  return { ...host, os: `${LAMBDA_OS}, ${memory_mb === undefined ? "" : `${memory_mb} MB, `}${host.os}` };
}

/**
 * TASK_MACHINE names the kind of machine (g6.xlarge, fargate), TASK_ARCHITECTURE it as Node does (x64), TASK_THREADS
 * how many threads train there, TASK_PACKAGE_VERSIONS the Python packages of the image as JSON, by name.
 */
export function readTaskMachine(environment: Environment): Omit<MachineFacts, "memory_bytes" | "os"> {
  const threads = requiredVariable(environment, "TASK_THREADS");
  if (!/^[1-9]\d{0,2}$/.test(threads)) throw wrong("TASK_THREADS", "a whole number from 1 to 999", threads);
  return {
    cpu_model: requiredVariable(environment, "TASK_MACHINE"),
    cpu_flags: [],
    cores: Number(threads),
    architecture: environment.TASK_ARCHITECTURE ?? "x64",
    versions: packageVersions(requiredVariable(environment, "TASK_PACKAGE_VERSIONS")),
  };
}

/** TASK_NODES_MAX: how many machines may train as one. */
export function readTaskNodes({ TASK_NODES_MAX: nodes = "1" }: Environment): number {
  if (!/^[1-9]\d?$/.test(nodes)) throw wrong("TASK_NODES_MAX", "a whole number from 1 to 99", nodes);
  return Number(nodes);
}

function packageVersions(text: string): Readonly<Record<string, string>> {
  const versions = parse(text);
  const missing = TASK_PACKAGES.filter((name) => typeof versions[name] !== "string");
  if (missing.length === 0) return versions as Record<string, string>;
  throw wrong("TASK_PACKAGE_VERSIONS", `a JSON object with a version for each of ${missing.join(", ")}`, text);
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** A variable that deployment sets. */
export function requiredVariable(environment: Environment, name: string): string {
  const value = environment[name];
  if (value !== undefined && value !== "") return value;
  throw wrong(name, "a value", "none");
}

function wrong(name: string, expected: string, got: string): DecantError {
  const shown = got.length > 200 ? `${got.slice(0, 200)}...` : got;
  const message = `Expected the environment variable ${name} to hold ${expected}, got ${shown}: deploy the stack again.`;
  return new DecantError("Defect", message);
}
