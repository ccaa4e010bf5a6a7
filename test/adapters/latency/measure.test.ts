// Measuring in a fresh process: real models, and what becomes of refused models, dying children and a stopped run.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { measureCost, measureLatency, measureLogits } from "../../../adapters/latency/measure.ts";
import { formatNpyHeader } from "../../../core/npy/header.ts";
import { colourModel } from "../../fixtures/colour-model.ts";

let folder: string;
const { signal } = new AbortController();
const file = (name: string) => join(folder, name);
const latency = { kind: "latency" as const, threads: 1, blocks: 5, runs_per_block: 4 };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "decant-latency-"));
  writeFileSync(file("small.onnx"), colourModel(16));
  writeFileSync(file("large.onnx"), colourModel(64));
  const pixels = Uint8Array.from({ length: 3 * 16 * 16 * 3 }, (_, at) => (at % 3 === 1 ? 200 : 10));
  writeFileSync(file("images.npy"), Buffer.concat([formatNpyHeader("uint8", [3, 16, 16, 3]), pixels]));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("measureLatency", () => {
  it("times every model in as many blocks of as many runs as asked for", async () => {
    const models = [
      { name: "small", path: file("small.onnx"), npy: file("images.npy") },
      { name: "large", path: file("large.onnx") },
    ];
    const answer = await measureLatency({ ...latency, models }, signal);
    expect(Object.values(answer.blocks_ms).map((blocks) => blocks.map((block) => block.length))).toEqual([
      [4, 4, 4, 4, 4],
      [4, 4, 4, 4, 4],
    ]);
    expect(
      Object.values(answer.blocks_ms)
        .flat(2)
        .every((ms) => ms > 0),
    ).toBe(true);
    expect(answer.files[0]).toMatchObject({ name: "small", size_bytes: colourModel(16).length });
  });

  it("goes on until the time asked for is over, but not beyond the most blocks", async () => {
    const models = [{ name: "small", path: file("small.onnx") }];
    const blocksOf = async (longer: { seconds: number; blocks_max: number }) =>
      (await measureLatency({ ...latency, models, longer }, signal)).blocks_ms.small!.length;
    expect(await blocksOf({ seconds: 600, blocks_max: 12 })).toBe(12);
    expect(await blocksOf({ seconds: 0, blocks_max: 12 })).toBe(5);
    expect(await blocksOf({ seconds: 600, blocks_max: 3 })).toBe(5);
  });

  it("refuses a file that is no model, by name", async () => {
    writeFileSync(file("text.onnx"), "no model");
    const models = [{ name: "text", path: file("text.onnx") }];
    await expect(measureLatency({ ...latency, models }, signal)).rejects.toMatchObject({
      code: "InvalidModel",
      message: expect.stringContaining("text.onnx"),
    });
  });

  it("ends with the run that is stopped", async () => {
    const stop = new AbortController();
    const models = [{ name: "large", path: file("large.onnx") }];
    const work = measureLatency({ ...latency, blocks: 1_000_000, models }, stop.signal);
    setTimeout(() => stop.abort(), 300);
    await expect(work).rejects.toThrow(/abort/i);
    await expect(measureLatency({ ...latency, models }, stop.signal)).rejects.toThrow(/abort/i);
  });
});

describe("measureLogits", () => {
  it("gives each model's logits over the packed images, in order", async () => {
    const models = [{ path: file("small.onnx"), npy: [file("images.npy"), file("images.npy")] }];
    const [answer] = (await measureLogits({ kind: "logits", models, threads: 1 }, signal)).models;
    const bytes = Buffer.from(answer!.logits, "base64");
    expect(answer!.classes).toBe(3);
    expect(bytes.length).toBe(6 * 3 * 4);
    expect([bytes.readFloatLE(0), bytes.readFloatLE(4), bytes.readFloatLE(8)]).toEqual([10, 200, 10]);
  });

  it("says what is wrong with images of another size", async () => {
    const models = [{ path: file("large.onnx"), npy: [file("images.npy")] }];
    await expect(measureLogits({ kind: "logits", models, threads: 1 }, signal)).rejects.toMatchObject({
      code: "ChildFailed",
      message: expect.stringContaining("16"),
    });
  });

  it("names a missing array", async () => {
    const models = [{ path: file("small.onnx"), npy: [file("none.npy")] }];
    await expect(measureLogits({ kind: "logits", models, threads: 1 }, signal)).rejects.toThrow("none.npy");
  });
});

describe("measureCost", () => {
  it("counts nothing in a model that only averages", async () => {
    expect(await measureCost({ kind: "cost", path: file("small.onnx") }, signal)).toEqual({
      kind: "cost",
      parameters: 0,
      macs: 0,
    });
  });
});

describe("the measuring process", () => {
  it("ends with its parent, in the middle of its work", async () => {
    const worker = fileURLToPath(new URL("../../../adapters/latency/measuring-worker.ts", import.meta.url));
    const child = spawn(process.execPath, [worker], { stdio: ["pipe", "pipe", "inherit"] });
    const models = [{ name: "large", path: file("large.onnx") }];
    child.stdin.write(`${JSON.stringify({ ...latency, blocks: 1_000_000, models })}\n`);
    setTimeout(() => child.stdin.end(), 500);
    const [code] = await once(child, "close");
    expect(code).toBe(1);
  });
});
