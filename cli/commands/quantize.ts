// decant quantize MODEL.onnx: post-training quantization alone, for any ONNX image classifier, and what it did.
import { arch, availableParallelism } from "node:os";
import type { Command } from "commander";
import {
  type QuantizeFileRequest,
  type QuantizeFileResult,
  quantizeFile,
} from "../../adapters/onnx-runtime/quantize-file.ts";
import { DecantError } from "../../core/errors/problem.ts";
import { QUANTIZERS, quantizerFor, quantizerOf } from "../../core/quantizers/list.ts";
import { QUANTIZER_DEFAULTS, type Quantizer } from "../../core/quantizers/quantizer.ts";
import type { Portability, QuantizationChoice } from "../../core/workflow/records/measurement.ts";
import { stopOnSignals } from "../laptop/stop-signals.ts";

interface QuantizeFlags {
  readonly data: string;
  readonly output: string;
  readonly mean?: string;
  readonly std?: string;
  readonly resize?: string;
  readonly size?: string;
  readonly samples: string;
  readonly seed: string;
  readonly threads?: string;
  readonly fp32?: readonly string[];
  readonly quantizer?: string;
  readonly timeLayers?: boolean;
  readonly uint8Input?: boolean;
  readonly perTensor?: boolean;
  readonly json?: boolean;
}

const KEYS = QUANTIZERS.map(({ key }) => key).join(" or ");

export function registerQuantize(program: Command): void {
  program
    .command("quantize")
    .description("turn an fp32 ONNX image classifier into int8, calibrated on a folder of pictures")
    .argument("<model>", "an ONNX file with one image input")
    .requiredOption("--data <folder>", "pictures to calibrate on, in any folders; train/ alone where there are splits")
    .requiredOption("-o, --output <file>", "where to write the int8 model")
    .option("--mean <list>", "mean of RGB in 0..1 that the model expects to be subtracted, e.g. 0.485,0.456,0.406")
    .option("--std <list>", "deviation of RGB in 0..1 that it expects to be divided by, e.g. 0.229,0.224,0.225")
    .option("--resize <how>", "how pictures become squares: cover, contain or stretch")
    .option("--size <px>", "side of the input, where the model leaves it open")
    .option("--samples <number>", "pictures to calibrate on; a quarter as many are held back to compare on", "256")
    .option("--seed <number>", "which pictures are drawn", "0")
    .option("--threads <number>", "threads of the model while calibrating (default: all cores)")
    .option("--quantizer <name>", `${KEYS} (default: the one that is fastest on this machine)`)
    .option("--fp32 <node...>", "nodes to leave in fp32, by name")
    .option("--time-layers", "choose by time on this machine which layers stay in fp32, instead of by a fixed rule")
    .option("--uint8-input", "make the model take uint8 pixels, with the normalisation inside")
    .option("--per-tensor", "one scale for each weight instead of one for each channel: less exact")
    .option("--json", "print one JSON object instead of text")
    .addHelpText(
      "after",
      "\nPreprocessing that no option says is taken from preprocessing.json beside the model, or from its metadata.\n" +
        "\nExample:\n  $ decant quantize model.onnx --data photos/ -o model-int8.onnx --mean 0.5 --std 0.5 --resize cover",
    )
    .action((model: string, flags: QuantizeFlags) => quantize(model, flags));
}

async function quantize(path: string, flags: QuantizeFlags): Promise<void> {
  const say = (message: string) => process.stderr.write(`${message}\n`);
  const stop = stopOnSignals(() => say("stopping ..."));
  const said = Object.entries({
    mean: flags.mean === undefined ? undefined : numbers("--mean", flags.mean),
    std: flags.std === undefined ? undefined : numbers("--std", flags.std),
    resize: flags.resize,
    input_size: flags.size === undefined ? undefined : whole("--size", flags.size, 8, 4096),
  }).filter(([, value]) => value !== undefined);
  const request: QuantizeFileRequest = {
    path,
    output: flags.output,
    data: flags.data,
    said: Object.fromEntries(said),
    samples: whole("--samples", flags.samples, 8, 100_000),
    uint8_input: flags.uint8Input ?? false,
    quantizer: chosenQuantizer(flags.quantizer),
    options: {
      ...QUANTIZER_DEFAULTS,
      weights: flags.perTensor ? "per-tensor" : "per-channel",
      fp32_nodes: flags.fp32 ?? [],
    },
    time_layers: flags.timeLayers ?? false,
    threads: flags.threads === undefined ? availableParallelism() : whole("--threads", flags.threads, 1, 256),
    seed: whole("--seed", flags.seed, 0, 2 ** 32 - 1),
    signal: stop.signal,
    progress: flags.json ? () => {} : say,
  };
  const result = await quantizeFile(request).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
    throw new DecantError("Stopped", "stopped by the user; nothing was written", { cause: error });
  });
  process.stdout.write(flags.json ? `${JSON.stringify(result)}\n` : described(result));
}

function chosenQuantizer(name: string | undefined): Quantizer {
  const quantizer = name === undefined ? quantizerFor(arch()) : quantizerOf(name);
  if (quantizer !== undefined) return quantizer;
  throw new DecantError("InvalidInput", `expected --quantizer to be ${KEYS}, got ${name}`);
}

function described(result: QuantizeFileResult): string {
  const kl = Object.entries(result.kl_by_observer).map(([name, value]) => `${name} ${value.toExponential(2)}`);
  const { count, n } = result.agreement;
  const operators = Object.entries(result.nodes).map(([op, { int8, fp32 }]) => `${op} ${int8}/${int8 + fp32}`);
  const dropped = Object.entries(result.dropped_fields).map(([name, times]) => `${name} (${times})`);
  const lines = [
    ["written", result.output],
    ["size", `${megabytes(result.size_bytes)}, was ${megabytes(result.size_bytes_before)}`],
    ["agreement", `${count} of ${n} held-back pictures get the fp32 model's class`],
    ["ranges", `${result.observer} (KL to fp32: ${kl.join(", ")}), from ${result.calibration_count} pictures`],
    ["int8 nodes", operators.join(", ")],
    ["conversions", `${result.quantize_nodes} QuantizeLinear, ${result.dequantize_nodes} DequantizeLinear`],
    ["weights", result.weights],
    ["tried", choiceLines(result.choices).join("; ")],
    ["portability", pairLine(result.portability)],
    ["left out", dropped.length === 0 ? "no field of the file" : `harmless fields: ${dropped.join(", ")}`],
    ...result.left_out.map(({ path, detail }) => ["no picture", `${path}: ${detail}`]),
  ];
  return lines.map(([name, text]) => `${name!.padEnd(12)} ${text}\n`).join("");
}

function pairLine({ pairs, violating_pairs, weight_sqnr_db, weight_sqnr_db_unlimited }: Portability): string {
  const cost = (weight_sqnr_db_unlimited - weight_sqnr_db).toFixed(2);
  return `${violating_pairs} of ${pairs} weight pairs overflow on CPUs without VNNI; the limit costs ${cost} dB of the weights`;
}

function choiceLines(choices: readonly QuantizationChoice[]): string[] {
  return choices.map(({ choice, taken, kl_before, kl_after }) => {
    const change = `KL ${kl_before.toExponential(2)} to ${kl_after.toExponential(2)}`;
    return `${choice} ${taken ? "kept" : "dropped"} (${change})`;
  });
}

function megabytes(sizeBytes: number): string {
  return `${(sizeBytes / 1e6).toFixed(2)} MB`;
}

function numbers(option: string, text: string): number[] {
  const list = text.split(/[\s,]+/).map((part) => (part === "" ? Number.NaN : Number(part)));
  if ((list.length === 1 || list.length === 3) && list.every(Number.isFinite)) return list;
  throw new DecantError(
    "InvalidInput",
    `expected ${option} to be one number or three with commas between, got ${text}`,
  );
}

function whole(option: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= low && value <= high && text.trim() !== "") return value;
  throw new DecantError("InvalidInput", `expected ${option} to be a whole number from ${low} to ${high}, got ${text}`);
}
