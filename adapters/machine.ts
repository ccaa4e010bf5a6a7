// Facts of this machine that results depend on: processor, memory, versions of what touches the bytes.

import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { arch, availableParallelism, cpus, release, totalmem, type } from "node:os";
import { promisify } from "node:util";
import type { MachineFacts } from "../core/workflow/records/measurement.ts";
import { nodePackageVersions } from "./package-versions.ts";
import { pythonPackageVersions } from "./python-packages.ts";

/** @param python interpreter of the GPU tasks. */
export async function readMachine(python: string): Promise<MachineFacts> {
  const facts = await readHost();
  return { ...facts, versions: { ...facts.versions, ...(await pythonPackageVersions(python)) } };
}

/** What can be known without Python. */
export async function readHost(): Promise<MachineFacts> {
  return {
    cpu_model: cpus()[0]?.model.trim() || "unknown",
    cpu_flags: await readCpuFlags(),
    // What this process may use: a container or an affinity mask can allow fewer than the machine has.
    cores: availableParallelism(),
    memory_bytes: totalmem(),
    os: `${type()} ${release()}`,
    architecture: arch(),
    versions: { node: process.versions.node, ...nodePackageVersions() },
  };
}

/** In code-point order. Empty where the system does not say. */
export async function readCpuFlags(): Promise<readonly string[]> {
  const text = process.platform === "darwin" ? await readDarwin() : await readLinux();
  return [...new Set(text.split(/\s+/).filter((flag) => flag !== ""))].sort();
}

async function readLinux(): Promise<string> {
  const text = await readFile("/proc/cpuinfo", "utf8").catch(() => "");
  return /^(?:flags|Features)\s*:(.*)$/m.exec(text)?.[1] ?? "";
}

async function readDarwin(): Promise<string> {
  const names = ["machdep.cpu.features", "machdep.cpu.leaf7_features", "hw.optional.arm"];
  const answers = await Promise.all(
    names.map((name) =>
      promisify(execFile)("sysctl", [name]).then(
        ({ stdout }) => stdout,
        () => "",
      ),
    ),
  );
  // Intel: "name: A B C"; Arm: a line "hw.optional.arm.FEAT_DotProd: 1" for each feature.
  const lines = answers.join("\n").split("\n");
  const arm = lines.flatMap((line) => /^hw\.optional\.arm\.(\w+): 1$/.exec(line)?.[1] ?? []);
  const intel = lines.flatMap((line) => /^machdep\.cpu\.\w+: (.*)$/.exec(line)?.[1]?.toLowerCase() ?? []);
  return [...arm, ...intel].join(" ");
}
