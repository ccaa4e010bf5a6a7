// How well a table of layer times predicts: a table from Lite0 at the input sizes that a plan offers, then int8 networks that it has
// not seen, of the same blocks with random inner widths in multiples of 8 or 16, at sizes in the table and others.
// Usage: npm run bench:layer-times -- [--count 16]
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { measureLatency } from "../adapters/latency/measure.ts";
import { timeLayers } from "../adapters/latency/time-layers.ts";
import { readMachine } from "../adapters/machine.ts";
import { pythonInterpreter } from "../cli/laptop/python.ts";
import { predictLatencyMs } from "../core/layer-times/predict.ts";
import { quantizedForTiming } from "../core/layer-times/quantize-for-timing.ts";
import { writeModel } from "../core/onnx/write-model.ts";
import { quantizerFor } from "../core/quantizers/list.ts";
import { QUANTIZER_DEFAULTS } from "../core/quantizers/quantizer.ts";
import { percentile } from "../core/statistics/percentile.ts";
import { seededRandom } from "../core/statistics/random.ts";
import { sortSamples } from "../core/statistics/sorted-samples.ts";
import { LITE0_WIDTHS, liteNetwork } from "./lite-network.ts";
import { recordedMachine } from "./recorded-machine.ts";

const TABLE_SIZES = [224, 192, 160, 128, 112, 96, 80, 64];
const SIZES = [64, 80, 96, 112, 144, 176, 208, 224];
const { values } = parseArgs({ options: { count: { type: "string", default: "16" } } });
const { signal } = new AbortController();
const random = seededRandom(0);
const machine = await readMachine(pythonInterpreter(process.env));
const quantizer = quantizerFor(machine.architecture);
const runtime = `onnxruntime-node ${machine.versions["onnxruntime-node"]}`;
const start = performance.now();
const { table } = await timeLayers({
  model: liteNetwork(224, LITE0_WIDTHS),
  input_sizes: TABLE_SIZES,
  quantizer,
  threads: 1,
  limit_s: 20,
  machine: { machine: machine.cpu_model, runtime },
  signal,
  progress: console.error,
});
const seconds = Math.round((performance.now() - start) / 100) / 10;
const folder = await mkdtemp(join(tmpdir(), "decant-bench-"));
const candidates = [];
for (let at = 0; at < Number(values.count); at += 1) {
  const size = SIZES[at % SIZES.length]!;
  const multiple = at % 2 === 0 ? 16 : 8;
  const widths = LITE0_WIDTHS.map(
    (width) => Math.max(1, Math.ceil((width * (0.2 + 0.8 * random())) / multiple)) * multiple,
  );
  const model = quantizedForTiming(liteNetwork(size, widths), quantizer, QUANTIZER_DEFAULTS);
  const path = join(folder, `${at}.onnx`);
  await writeFile(path, writeModel(model));
  // Alone in its process, as it is deployed; the process's own clock, which others on the machine hardly change.
  const models = [{ name: "candidate", path }];
  const request = { kind: "latency", models, threads: 1, blocks: 5, runs_per_block: 20, clock: "cpu" } as const;
  const answer = await measureLatency(request, signal);
  const measured_ms = percentile(sortSamples(answer.blocks_ms.candidate!.flat()), 50);
  const predicted_ms = predictLatencyMs(model, table);
  const in_table = TABLE_SIZES.includes(size);
  candidates.push({ size, in_table, multiple, predicted_ms, measured_ms, error_ratio: predicted_ms / measured_ms - 1 });
}
await rm(folder, { recursive: true, force: true });
const errors = candidates.map(({ error_ratio }) => Math.abs(error_ratio));
const record = {
  command: `npm run bench:layer-times -- --count ${values.count}`,
  n: candidates.length,
  /** Other work on the machine meanwhile: runs waiting, mean over a minute. */
  load_average: loadavg()[0],
  error_ratio_mean: errors.reduce((sum, error) => sum + error, 0) / errors.length,
  error_ratio_max: Math.max(...errors),
  within_10_percent: errors.filter((error) => error <= 0.1).length,
  within_5_percent: errors.filter((error) => error <= 0.05).length,
  table: {
    seconds,
    families: table.families.length,
    left_out: table.left_out,
    channel_multiple: table.channel_multiple,
  },
  candidates,
  machine: recordedMachine(machine),
};
const text = `${JSON.stringify(record, null, 2)}\n`;
await writeFile(fileURLToPath(new URL("results/layer-times.json", import.meta.url)), text);
console.log(text);
