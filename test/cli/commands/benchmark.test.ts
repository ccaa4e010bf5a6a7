// decant benchmark over real, tiny models: what it prints and what it refuses.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { registerBenchmark } from "../../../cli/commands/benchmark.ts";
import { colourModel } from "../../fixtures/colour-model.ts";

let folder: string;
let printed: string;
const file = (name: string) => join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "decant-benchmark-"));
  writeFileSync(file("a.onnx"), colourModel(16));
  writeFileSync(file("b.onnx"), colourModel(32));
  printed = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += text;
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

async function benchmark(...args: string[]): Promise<void> {
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  registerBenchmark(program);
  await program.parseAsync(["benchmark", "--blocks", "5", ...args], { from: "user" });
}

test("prints each model, and the ratio over the first with its interval", async () => {
  await benchmark(file("a.onnx"), file("b.onnx"));
  const lines = printed.split("\n");
  expect(lines[0]).toContain("5 alternating blocks of 20 runs");
  expect(lines.filter((line) => line.startsWith("  speed-up"))).toHaveLength(1);
  expect(printed).toMatch(/speed-up {2}[\d.]+ over the first \(95 % interval [\d.]+ to [\d.]+\)/);
});

test("prints one line of JSON with --json", async () => {
  await benchmark("--json", file("a.onnx"));
  const { models, threads } = JSON.parse(printed);
  expect(threads).toBe(1);
  expect(models[0]).toMatchObject({ name: file("a.onnx"), parameters: 0, macs: 0, latency: { blocks: 5 } });
});

test("lists every wrong argument at once", async () => {
  await expect(benchmark(file("none.onnx"), file("a.onnx"), file("a.onnx"), folder)).rejects.toMatchObject({
    code: "InvalidInput",
    problems: [{ where: file("none.onnx") }, { where: folder }, { where: file("a.onnx") }],
  });
  await expect(benchmark("--threads", "0", file("a.onnx"))).rejects.toThrow("expected --threads to be a whole number");
});
