// CPUs without VNNI saturate sums of two products. Which of an int8 file's predictions does that change? Each file's exact
// answers (its graph as written, in floating point) beside its emulation (core/quantization/saturating-graph.ts) and beside
// what the integer kernels of this CPU answer, on the same pictures; and how many weight pairs of it can overflow.
// Usage: npm run bench:saturation -- --model INT8.onnx --model STOCK.onnx --data ../shared/data/flowers [--data MORE ...]
//   [--pictures 1000]
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { decodeImage, isRefused } from "../adapters/image-decoder/decode-image.ts";
import { readLabelledImages } from "../adapters/labelled-images.ts";
import { type OpenModel, openModel } from "../adapters/latency/session.ts";
import { readMachine } from "../adapters/machine.ts";
import { pythonInterpreter } from "../cli/laptop/python.ts";
import { readModel } from "../core/onnx/read-model.ts";
import { writeModel } from "../core/onnx/write-model.ts";
import { countPairs } from "../core/quantization/portability.ts";
import { saturatingGraph } from "../core/quantization/saturating-graph.ts";
import { agreement } from "../core/statistics/accuracy.ts";
import { klBySample } from "../core/statistics/divergence.ts";
import { logitsOf } from "../core/statistics/logits.ts";
import { mean } from "../core/statistics/mean.ts";
import { recordedMachine } from "./recorded-machine.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string", multiple: true, default: [] },
    data: { type: "string", multiple: true, default: [] },
    pictures: { type: "string", default: "1000" },
  },
});
if (values.model.length === 0 || values.data.length === 0) {
  throw new Error("Expected --model and --data; see the first lines of the file.");
}

/** Paths of pictures, in the order of the data sets. */
async function picturePaths(): Promise<string[]> {
  const paths: string[] = [];
  for (const folder of values.data) {
    const { root, samples } = await readLabelledImages(folder, new AbortController().signal);
    paths.push(...samples.map(({ path }) => join(root, path)));
  }
  return paths.slice(0, Number(values.pictures));
}

interface Beside {
  readonly file: string;
  readonly pairs: number;
  readonly violating_pairs: number;
  readonly size: number;
  readonly open: Readonly<Record<Arithmetic, OpenModel>>;
  readonly answers: Readonly<Record<Arithmetic, number[][]>>;
}

const ARITHMETICS = ["exact", "emulated", "this_cpu"] as const;
type Arithmetic = (typeof ARITHMETICS)[number];

async function beside(file: string, folder: string, at: number): Promise<Beside> {
  const { model } = readModel(await readFile(file), file);
  const type = model.graph.inputs[0]?.type;
  const size = type?.kind === "tensor" ? type.shape?.at(-1) : undefined;
  if (typeof size !== "number") throw new Error(`Expected ${file} with an input of fixed size.`);
  const emulated = join(folder, `${at}.onnx`);
  await writeFile(emulated, writeModel(saturatingGraph(model)));
  const { pairs, violating_pairs } = countPairs(model.graph);
  // Not optimized, quantized values are computed in floating point; optimized, by this CPU's integer kernels.
  const open = {
    exact: await openModel(file, 1, { optimization: "disabled" }),
    emulated: await openModel(emulated, 1, { optimization: "disabled" }),
    this_cpu: await openModel(file, 1),
  };
  return {
    file: basename(file),
    ...{ pairs, violating_pairs, size, open },
    answers: { exact: [], emulated: [], this_cpu: [] },
  };
}

async function answer(model: Beside, path: string): Promise<void> {
  const image = await decodeImage(await readFile(path), { sizes: [model.size], resize: "cover" });
  if (isRefused(image)) throw new Error(`${path}: ${image.reason}`);
  const feeds = model.open.exact.feedOf(image.pixels.get(model.size)!, model.size);
  for (const each of ARITHMETICS) model.answers[each].push([...(await model.open[each].run(feeds))]);
}

function recordOf({ file, size, pairs, violating_pairs, answers }: Beside) {
  const classes = answers.exact[0]!.length;
  const logits = (rows: number[][]) => logitsOf(Float32Array.from(rows.flat()), classes);
  const exact = logits(answers.exact);
  const against = (rows: number[][]) => {
    const same = agreement(exact, logits(rows));
    return { changed: Math.round((1 - same.value) * same.n), kl_mean: mean(klBySample(exact, logits(rows))) };
  };
  return {
    file,
    input_size: size,
    ...{ pairs, violating_pairs },
    predictions: answers.exact.length,
    emulated: against(answers.emulated),
    this_cpu: against(answers.this_cpu),
  };
}

const folder = await mkdtemp(join(tmpdir(), "decant-saturation-"));
try {
  const models: Beside[] = [];
  for (const [at, file] of values.model.entries()) models.push(await beside(file, folder, at));
  for (const path of await picturePaths()) for (const model of models) await answer(model, path);
  const machine = await readMachine(pythonInterpreter(process.env));
  const data = values.data.map((each) => `--data ${each}`).join(" ");
  const files = models.map(({ file }) => `--model ${file}`).join(" ");
  const record = {
    command: `npm run bench:saturation -- ${files} ${data} --pictures ${values.pictures}`,
    models: models.map(recordOf),
    machine: recordedMachine(machine),
  };
  const target = new URL("results/saturation.json", import.meta.url);
  await writeFile(target, `${JSON.stringify(record, null, 2)}\n`);
  console.log(JSON.stringify(record, null, 2));
} finally {
  await rm(folder, { recursive: true, force: true });
}
