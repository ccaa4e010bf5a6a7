// Training with simulated int8 beside calibration, for one float file: KL, agreement and top-1 on held-out pictures, and speed.
// Usage: npm run bench:qat -- --model FLOAT.onnx --data DIR --name NAME [--epochs 4] [--learning-rate 1e-5] [--seeds 0]
//        [--work FOLDER]
// FLOAT.onnx takes uint8 [1, 3, N, N], normalised inside as (x - 127.5) / 127.5; bench/qat/distil_backbone.py makes one.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { measureLatency } from "../../adapters/latency/measure.ts";
import { readMachine } from "../../adapters/machine.ts";
import { pythonInterpreter } from "../../cli/laptop/python.ts";
import type { ValueType } from "../../core/onnx/graph.ts";
import { readModel } from "../../core/onnx/read-model.ts";
import { latencyOf } from "../../core/statistics/latency.ts";
import { readDataSet, writeLabels, writePixels } from "../peers/samples.ts";
import { resultFile } from "../result-file.ts";
import { type BothResult, quantizeBoth } from "./quantize-both.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    data: { type: "string" },
    name: { type: "string" },
    epochs: { type: "string", default: "4" },
    "learning-rate": { type: "string", default: "1e-5" },
    seeds: { type: "string", default: "0" },
    work: { type: "string", default: join(tmpdir(), "decant-bench-qat") },
  },
});
const { model, data, name, epochs, seeds, work } = values;
if (!model || !data || !name) throw new Error("Expected --model, --data and --name; see the first lines of the file.");
const SIMULATE = fileURLToPath(new URL("simulate.py", import.meta.url));
/** Side of the pictures that crops are cut from, over the input's. */
const CROP_RATIO = 1.25;
const TIMING = { threads: 1, blocks: 9, runs_per_block: 20, clock: "cpu" } as const;

interface Recorded extends BothResult {
  readonly name: string;
  readonly data: string;
  readonly input_size: number;
  readonly training: { readonly epochs: number; readonly learning_rate: number; readonly seed: number };
  /** fp32 over int8, CPU clock, one thread, alternating blocks. */
  readonly speedup: { readonly value: number; readonly low: number; readonly high: number };
  readonly command: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly cpu_model: string;
}

const python = pythonInterpreter(process.env);
const size = inputSize(readModel(await readFile(model)).model.graph.inputs[0]?.type);
const set = await readDataSet(data);
const folder = join(work, `${name}-${size}`);
await mkdir(folder, { recursive: true });
const at = (file: string) => join(folder, file);
await writePixels(set.root, set.train, size, at("train.npy"));
await writePixels(set.root, set.train, Math.round(size * CROP_RATIO), at("crops.npy"));
await writePixels(set.root, set.held_out, size, at("held-out.npy"));
await writeLabels(set, set.train, at("train-labels.npy"));
await writeLabels(set, set.held_out, at("held-out-labels.npy"));
const labels = set.held_out.map(({ label }) => set.classes.indexOf(label));
const file = resultFile<{ readonly results: readonly Recorded[] }>("qat");
const { cpu_model, versions } = await readMachine(python);
for (const seed of seeds.split(",")) {
  const trained = at(`trained-${epochs}-${values["learning-rate"]}-${seed}`);
  const args = [SIMULATE, model, folder, trained, epochs, values["learning-rate"], seed];
  // A training that is there is whole: its record is written last.
  if (!existsSync(join(trained, "record.json")))
    execFileSync(python, args, { stdio: ["ignore", "inherit", "inherit"] });
  const request = { float: model, trained, train: at("train.npy"), held_out: at("held-out.npy") };
  const both = await quantizeBoth({ ...request, held_out_labels: labels });
  const recorded: Recorded = {
    name,
    data: set.manifest_hash,
    input_size: size,
    training: JSON.parse(await readFile(join(trained, "record.json"), "utf8")),
    ...both,
    speedup: await speedup(model, join(trained, "trained.onnx"), at("held-out.npy")),
    command: `npm run bench:qat -- --model FLOAT.onnx --data DIR --name ${name} --epochs ${epochs} --learning-rate ${values["learning-rate"]} --seeds ${seed}`,
    versions,
    cpu_model,
  };
  console.log(JSON.stringify(recorded, null, 2));
  const others = ((await file.read())?.results ?? []).filter((one) => keyOf(one) !== keyOf(recorded));
  await file.write({ results: [...others, recorded].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)) });
}

function keyOf({ name: of, input_size, training }: Recorded): string {
  return `${of} ${input_size} ${training.epochs} ${training.learning_rate} ${training.seed}`;
}

function inputSize(type: ValueType | undefined): number {
  const side = type?.kind === "tensor" ? type.shape?.[2] : undefined;
  if (typeof side !== "number") throw new Error("Expected a model whose input has a fixed size");
  return side;
}

async function speedup(float: string, int8: string, npy: string): Promise<Recorded["speedup"]> {
  const models = [
    { name: "fp32", path: float, npy },
    { name: "int8", path: int8, npy },
  ];
  const { blocks_ms } = await measureLatency({ kind: "latency", models, ...TIMING }, new AbortController().signal);
  const { value, low, high } = latencyOf(blocks_ms.int8!, blocks_ms.fp32!).speedup_over_baseline;
  return { value, low, high };
}
