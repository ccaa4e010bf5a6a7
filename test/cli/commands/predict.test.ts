// decant predict over a real, tiny model: what it prints, what it lists as failed, and what it refuses.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { sharp } from "../../../adapters/image-decoder/libvips.ts";
import { registerPredict } from "../../../cli/commands/predict.ts";
import { labelsText } from "../../../core/artifact/labels.ts";
import { preprocessing } from "../../../core/artifact/preprocessing.ts";
import { COLOURS, colourModel } from "../../fixtures/colour-model.ts";

let folder: string;
let printed: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "decant-predict-"));
  printed = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += text;
    return true;
  });
  writeFileSync(join(folder, "model.onnx"), colourModel(32));
  writeFileSync(join(folder, "labels.txt"), labelsText(COLOURS));
  writeFileSync(join(folder, "preprocessing.json"), JSON.stringify(preprocessing(32, "cover")));
  for (const [name, background] of [
    ["red.jpg", "#ff0000"],
    ["blue.png", "#0000ff"],
  ] as const) {
    const picture = sharp({ create: { width: 50, height: 40, channels: 3, background } });
    const bytes = await picture.toFormat(name.endsWith("jpg") ? "jpeg" : "png").toBuffer();
    writeFileSync(join(folder, name), bytes);
  }
  writeFileSync(join(folder, "text.png"), "no picture");
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

async function predict(...args: string[]): Promise<void> {
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  registerPredict(program);
  await program.parseAsync(["predict", folder, ...args], { from: "user" });
}

const file = (name: string) => join(folder, name);

test("prints the labels of each image, the likeliest first", async () => {
  await predict(file("red.jpg"), file("blue.png"));
  const lines = printed.split("\n");
  expect([lines[0], lines[4]]).toEqual([file("red.jpg"), file("blue.png")]);
  expect([lines[1], lines[5]]).toEqual(["  100.0 %  red", "  100.0 %  blue"]);
});

test("prints one line of JSON an image with --json", async () => {
  await predict("--json", file("blue.png"));
  const record = JSON.parse(printed);
  expect(record.path).toBe(file("blue.png"));
  expect(record.predictions.map(({ label }: { label: string }) => label)).toEqual(["blue", "red", "green"]);
});

test("goes on after images that fail, and lists them all in the end", async () => {
  const work = predict("--json", file("text.png"), file("red.jpg"), file("none.jpg"), folder);
  await expect(work).rejects.toMatchObject({
    code: "InvalidInput",
    problems: [
      { where: file("text.png"), message: expect.stringMatching(/^unsupported/) },
      { where: file("none.jpg"), message: expect.stringMatching(/no such file/) },
      { where: folder, message: expect.stringMatching(/folder/) },
    ],
  });
  const lines = printed
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.map((line) => "predictions" in line)).toEqual([false, true, false, false]);
});

test("names every file that an artifact lacks", async () => {
  rmSync(file("labels.txt"));
  rmSync(file("model.onnx"));
  writeFileSync(file("preprocessing.json"), '{"input_size": 32}');
  const problems = await predict(file("red.jpg")).catch((error) => error.problems);
  const named = (name: string) => problems.some(({ where }: { where: string }) => where.startsWith(file(name)));
  expect(["labels.txt", "model.onnx", "preprocessing.json"].filter(named)).toHaveLength(3);
});

test("refuses labels that don't fit the model's outputs, and a model that is none", async () => {
  writeFileSync(file("labels.txt"), "red\ngreen\n");
  await expect(predict(file("red.jpg"))).rejects.toMatchObject({ code: "InvalidModel" });
  writeFileSync(file("model.onnx"), "no model");
  await expect(predict(file("red.jpg"))).rejects.toMatchObject({ code: "InvalidModel" });
});

test("refuses a number of threads that is none", async () => {
  await expect(predict("--threads", "many", file("red.jpg"))).rejects.toThrow(/--threads to be a whole number/);
});
