// What the functions are told of the machine that GPU tasks run on: their outputs are keyed by it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TASK_PACKAGES } from "../../core/workflow/task-packages.ts";
import { ROOT } from "./bundle.ts";

export interface TaskMachineProps {
  readonly compute: "gpu" | "fargate";
  readonly vcpus: number;
  readonly nodes_max: number;
}

export function taskMachineVariables({
  compute,
  vcpus,
  nodes_max,
}: TaskMachineProps): Readonly<Record<string, string>> {
  return {
    TASK_MACHINE: `AWS Batch, ${compute}`,
    TASK_ARCHITECTURE: "x64",
    TASK_THREADS: String(vcpus),
    TASK_NODES_MAX: String(nodes_max),
    TASK_PACKAGE_VERSIONS: JSON.stringify(packageVersions(compute)),
  };
}

/** From the pinned requirements that the image installs; torch's CPU build is another build of the same version. */
function packageVersions(compute: "gpu" | "fargate"): Readonly<Record<string, string>> {
  const pinned = new Map<string, string>();
  for (const line of readFileSync(join(ROOT, "gpu-tasks", "requirements.txt"), "utf8").split("\n")) {
    const match = /^([A-Za-z0-9._-]+)==([^\s;\\]+)/.exec(line);
    if (match?.[1] && match[2]) pinned.set(match[1].toLowerCase().replaceAll(/[-_.]+/g, "-"), match[2]);
  }
  const missing = TASK_PACKAGES.filter((name) => !pinned.has(name));
  if (missing.length > 0) throw new Error(`Expected gpu-tasks/requirements.txt to pin ${missing}, but it doesn't.`);
  const build = (name: string) => (compute === "fargate" && (name === "torch" || name === "torchvision") ? "+cpu" : "");
  return Object.fromEntries(TASK_PACKAGES.map((name) => [name, `${pinned.get(name)}${build(name)}`]));
}
