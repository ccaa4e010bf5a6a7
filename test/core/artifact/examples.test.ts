// Runs example.mjs and example.py of an artifact on made pictures with a real, tiny model.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NODE_EXAMPLE } from "../../../core/artifact/example-node.ts";
import { PYTHON_EXAMPLE } from "../../../core/artifact/example-python.ts";
import { labelsText } from "../../../core/artifact/labels.ts";
import { preprocessing } from "../../../core/artifact/preprocessing.ts";
import { COLOURS, colourModel } from "../../fixtures/colour-model.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const VENV = [".venv/bin/python", ".venv/Scripts/python.exe"].map((path) => join(ROOT, path)).find(existsSync);
const PYTHON = VENV && spawnSync(VENV, ["-c", "import numpy, onnxruntime, PIL"]).status === 0 ? VENV : undefined;
if (!PYTHON) console.log("skipped: no .venv with numpy, onnxruntime and pillow to run example.py with");

describe("the artifact's examples", () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "decant-examples-"));
    await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"), "junction");
    await writeFile(join(folder, "model.onnx"), colourModel(32));
    await writeFile(join(folder, "labels.txt"), labelsText(COLOURS));
    await writeFile(join(folder, "preprocessing.json"), JSON.stringify(preprocessing(32, "cover")));
    await writeFile(join(folder, "example.mjs"), NODE_EXAMPLE);
    await writeFile(join(folder, "example.py"), PYTHON_EXAMPLE);
    // Wide, with green ends that a centre crop leaves out: stretching it would change the answer.
    const side = { width: 100, height: 64, channels: 3 as const, background: "#00ff00" };
    await sharp({ create: { ...side, width: 264, background: "#0000ff" } })
      .composite([
        { input: { create: side }, left: 0, top: 0 },
        { input: { create: side }, left: 164, top: 0 },
      ])
      .png()
      .toFile(join(folder, "blue middle.png"));
    await sharp({ create: { ...side, channels: 4, background: { r: 255, g: 0, b: 0, alpha: 0.5 } } })
      .png()
      .toFile(join(folder, "half red.png"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const runners: [string, string | undefined, string][] = [
    ["example.mjs", process.execPath, "example.mjs"],
    ["example.py", PYTHON, "example.py"],
  ];
  for (const [name, program, script] of runners)
    describe.skipIf(!program)(name, () => {
      const answer = (...images: string[]) =>
        spawnSync(program!, [join(folder, script), ...images.map((image) => join(folder, image))], {
          encoding: "utf8",
        });

      it("decodes a picture, crops its middle and prints the label first", () => {
        const result = answer("blue middle.png");
        expect(result.stderr).toBe("");
        expect(result.stdout.split("\n")[0]).toMatch(/^blue\t1\.000$/);
        expect(result.status).toBe(0);
      });

      it("lays transparency over white", () => {
        expect(answer("half red.png").stdout.split("\n")[0]).toMatch(/^red\t/);
      });

      it("says how it is used when no picture is given", () => {
        const result = answer();
        expect(result.stderr).toContain("usage:");
        expect(result.status).not.toBe(0);
      });
    });

  it("say in example.py that pixels differ, and promise no agreement that nobody measured", () => {
    expect(PYTHON_EXAMPLE).toMatch(/Pillow decodes and resizes differently .*\n.*How often it does was not measured/);
    expect(readFileSync(join(ROOT, "docs/pixels.md"), "utf8")).toMatch(/the same label was not measured/);
  });
});
