// Facts of this machine, and versions read from an environment's folder.
import { mkdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readMachine } from "../../adapters/machine.ts";
import { pythonPackageVersions } from "../../adapters/python-packages.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";

describe("this machine", () => {
  it("has a processor, memory, and the versions of what touches results", async () => {
    const machine = await readMachine("/no/such/python");
    expect(machine.cores).toBe(availableParallelism());
    expect(machine.memory_bytes).toBeGreaterThan(2 ** 20);
    expect(machine.cpu_model).not.toBe("");
    expect([...machine.cpu_flags].sort()).toEqual(machine.cpu_flags);
    for (const name of ["node", "onnxruntime-node", "sharp"]) {
      expect(machine.versions[name]).toMatch(/^\d+\.\d+\.\d+/);
    }
  });
});

describe("packages of a Python environment", () => {
  it("are those that training depends on, by normalised name", async () => {
    const root = temporaryFolder();
    const site = join(root, "lib", "python3.11", "site-packages");
    for (const name of ["torch-2.14.1", "torch_pruning-1.6.1", "unrelated-1.0"]) {
      mkdirSync(join(site, `${name}.dist-info`), { recursive: true });
    }
    expect(await pythonPackageVersions(join(root, "bin", "python"))).toEqual({
      torch: "2.14.1",
      "torch-pruning": "1.6.1",
    });
  });

  it("are none where there is no environment", async () => {
    expect(await pythonPackageVersions("python3")).toEqual({});
  });
});
