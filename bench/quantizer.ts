// The quantizer alone: seconds and peak memory of `decant quantize` on 300 pictures, then agreement with fp32 on held-out ones.
// Usage: npm run bench:quantizer -- --model FP32.onnx --data ../shared/data/flowers --name lite0-160
// FP32.onnx: model.onnx of a run's Compress or teacher.onnx of its FineTune; `bench:job --keep` says where its store is.
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { decodeImage, isRefused } from "../adapters/image-decoder/decode-image.ts";
import { readLabelledImages } from "../adapters/labelled-images.ts";
import { openModel } from "../adapters/latency/session.ts";
import { readMachine } from "../adapters/machine.ts";
import { pythonInterpreter } from "../cli/laptop/python.ts";
import { readModel } from "../core/onnx/read-model.ts";
import { agreement, top1 } from "../core/statistics/accuracy.ts";
import { klBySample } from "../core/statistics/divergence.ts";
import { type Logits, logitsOf } from "../core/statistics/logits.ts";
import { mean } from "../core/statistics/mean.ts";
import { recordedMachine } from "./recorded-machine.ts";

const projectRoot = fileURLToPath(new URL("../", import.meta.url));
const { values } = parseArgs({
  options: {
    model: { type: "string" },
    data: { type: "string" },
    name: { type: "string" },
    samples: { type: "string", default: "300" },
  },
});
const { model, data, name, samples } = values;
if (!model || !data || !name) throw new Error("Expected --model, --data and --name; see the first lines of the file.");

/** Runs the command; answers its JSON, its seconds and its peak resident memory (Linux: VmHWM of /proc). */
async function quantize(modelFile: string, folder: string, output: string) {
  const start = performance.now();
  const args = [
    "quantize",
    modelFile,
    "--data",
    folder,
    "-o",
    output,
    "--resize",
    "cover",
    "--samples",
    samples,
    "--json",
  ];
  const child = spawn(process.execPath, [join(projectRoot, "cli/main.ts"), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  let peak_bytes = 0;
  const watch = setInterval(async () => {
    const status = await readFile(`/proc/${child.pid}/status`, "utf8").catch(() => "");
    peak_bytes = Math.max(peak_bytes, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024);
  }, 100);
  const code = await new Promise((done) => child.on("exit", done));
  clearInterval(watch);
  if (code !== 0) throw new Error(`Expected decant quantize to succeed, got exit code ${code}.`);
  return { result: JSON.parse(text), seconds: Math.round((performance.now() - start) / 100) / 10, peak_bytes };
}

/** Logits of every held-out picture, decoded as `predict` decodes. */
async function evaluate(modelFile: string, root: string, paths: readonly string[], size: number, classes: number) {
  const open = await openModel(modelFile, 1);
  const all = new Float32Array(paths.length * classes);
  for (const [index, path] of paths.entries()) {
    const image = await decodeImage(await readFile(join(root, path)), { sizes: [size], resize: "cover" });
    if (isRefused(image)) throw new Error(`${path}: ${image.reason}`);
    all.set(await open.run(open.feedOf(image.pixels.get(size)!, size)), index * classes);
  }
  return logitsOf(all, classes);
}

/** Side of the model's one image input, [1, 3, side, side]. */
async function inputSize(file: string): Promise<number> {
  const type = readModel(await readFile(file), file).model.graph.inputs[0]?.type;
  const side = type?.kind === "tensor" ? type.shape?.at(-1) : undefined;
  if (typeof side !== "number") throw new Error(`Expected ${file} with an input of fixed size.`);
  return side;
}

const folder = await mkdtemp(join(tmpdir(), "decant-bench-"));
const output = join(folder, "int8.onnx");
const { result, seconds, peak_bytes } = await quantize(model, data, output);
const images = await readLabelledImages(data, new AbortController().signal);
const heldOut = images.samples.filter((sample) => sample.split !== "train");
if (heldOut.length === 0) throw new Error(`Expected held-out pictures (val/ or test/) in ${data}, found none.`);
const classes = [...new Set(images.samples.map((sample) => sample.label))].sort();
const labels = heldOut.map((sample) => classes.indexOf(sample.label));
const paths = heldOut.map((sample) => sample.path);
const size = await inputSize(model);
const logits: Logits[] = [];
for (const file of [model, output]) logits.push(await evaluate(file, images.root, paths, size, classes.length));
const [fp32, int8] = logits as [Logits, Logits];
const machine = await readMachine(pythonInterpreter(process.env));
const record = {
  command: `npm run bench:quantizer -- --model FP32.onnx --data ${data} --name ${name} --samples ${samples}`,
  model: { name, input_size: size, size_bytes_fp32: result.size_bytes_before, size_bytes_int8: result.size_bytes },
  calibration: { count: result.calibration_count, observer: result.observer, seconds, peak_bytes },
  held_out: {
    n: heldOut.length,
    agreement: agreement(fp32, int8),
    kl_mean: mean(klBySample(fp32, int8)),
    top1_fp32: top1(fp32, labels),
    top1_int8: top1(int8, labels),
  },
  portability: result.portability,
  choices: result.choices,
  nodes: result.nodes,
  quantize_nodes: result.quantize_nodes,
  machine: recordedMachine(machine),
};
await writeFile(join(projectRoot, "bench/results", `quantizer-${name}.json`), `${JSON.stringify(record, null, 2)}\n`);
console.log(JSON.stringify(record, null, 2));
await rm(folder, { recursive: true, force: true });
