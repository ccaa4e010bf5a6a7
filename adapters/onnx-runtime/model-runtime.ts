// ONNX Runtime behind core's ModelRuntime: logits of samples, and values inside a model, one sample at a time.
import * as ort from "onnxruntime-node";
import { DecantError } from "../../core/errors/problem.ts";
import type { ModelInput, ModelRuntime, ModelSamples, TensorObserver } from "../../core/quantization/runtime.ts";
import { type Logits, logitsOf } from "../../core/statistics/logits.ts";
import { openSession } from "./session.ts";

export function modelRuntime(threads: number, signal?: AbortSignal): ModelRuntime {
  return {
    logits: (model, samples) => logitsOfSamples(model, samples, threads, signal),
    observe: (model, samples, observer) => observeSamples(model, samples, observer, threads, signal),
  };
}

async function logitsOfSamples(
  model: Uint8Array,
  samples: ModelSamples,
  threads: number,
  signal?: AbortSignal,
): Promise<Logits> {
  let values = new Float32Array(0);
  let classes = 0;
  await runAll(model, samples, threads, signal, (outputs, session, at) => {
    const tensor = outputs[session.outputNames[0]!]!;
    if (!(tensor.data instanceof Float32Array)) {
      throw new DecantError("InvalidModel", `expected float32 logits in ${session.outputNames[0]}, got ${tensor.type}`);
    }
    if (at === 0) {
      classes = classesOf(tensor, session.outputNames[0]!);
      values = new Float32Array(samples.count * classes);
    }
    values.set(tensor.data.subarray(0, classes), at * classes);
  });
  return logitsOf(values, Math.max(1, classes));
}

/** A fixed batch is filled with copies of one sample: the first row is its answer. */
function classesOf({ dims, data }: ort.Tensor, name: string): number {
  const [batch = 0, ...rest] = dims;
  const classes = batch === 0 ? 0 : data.length / batch;
  if (rest.length > 0 && classes >= 2) return classes;
  const message = `expected scores of at least two classes for each picture in ${name}, [N, classes], got [${dims.join(", ")}]: files are compared by such scores`;
  throw new DecantError("InvalidModel", message);
}

async function observeSamples(
  model: Uint8Array,
  samples: ModelSamples,
  observer: TensorObserver,
  threads: number,
  signal?: AbortSignal,
): Promise<void> {
  await runAll(model, samples, threads, signal, (outputs, session) => {
    for (const name of session.outputNames) {
      const tensor = outputs[name]!;
      if (tensor.data instanceof Float32Array) observer(name, tensor.data, tensor.dims);
    }
  });
}

type Outputs = ort.InferenceSession.OnnxValueMapType;

async function runAll(
  model: Uint8Array,
  samples: ModelSamples,
  threads: number,
  signal: AbortSignal | undefined,
  use: (outputs: Readonly<Record<string, ort.Tensor>>, session: ort.InferenceSession, at: number) => void,
): Promise<void> {
  const session = await openSession(model, { threads, optimization: "all", keep_memory: true });
  try {
    for (let at = 0; at < samples.count; at += 1) {
      signal?.throwIfAborted();
      const outputs: Outputs = await run(session, [await samples.input(at), ...(samples.others?.(at) ?? [])]);
      use(outputs as Readonly<Record<string, ort.Tensor>>, session, at);
    }
  } finally {
    await session.release();
  }
}

async function run(session: ort.InferenceSession, inputs: readonly ModelInput[]): Promise<Outputs> {
  try {
    return await session.run(Object.fromEntries(inputs.map((input) => [input.name, tensorOf(input)])));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DecantError("InvalidModel", `ONNX Runtime could not run the model: ${reason}`, { cause });
  }
}

function tensorOf({ data, dims }: ModelInput): ort.Tensor {
  return new ort.Tensor(data instanceof Uint8Array ? "uint8" : "float32", data, dims);
}
