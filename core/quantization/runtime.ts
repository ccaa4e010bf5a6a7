// What quantization needs of a runtime, so that core knows none: logits, and a look at values inside a model.
import type { Logits } from "../statistics/logits.ts";

/** Model inputs, one sample at a time: reading is lazy, so that a thousand images need no memory. */
export interface ModelSamples {
  readonly count: number;
  input(index: number): Promise<ModelInput>;
  /** What a model of several inputs gets beside it. */
  others?(index: number): readonly ModelInput[];
}

export interface ModelInput {
  readonly name: string;
  readonly data: Float32Array | Uint8Array;
  readonly dims: readonly number[];
}

/** So many of them at most, evenly spread, so that every class is among them. */
export function spread(samples: ModelSamples, count: number): ModelSamples {
  const kept = Math.min(samples.count, count);
  return { count: kept, input: (at) => samples.input(Math.floor((at * samples.count) / kept)) };
}

/** Gets every observed value of every sample, in order, and must not keep the array. */
export type TensorObserver = (value: string, data: Float32Array, dims: readonly number[]) => void;

export interface ModelRuntime {
  /** First output of each sample, as rows. */
  logits(model: Uint8Array, samples: ModelSamples): Promise<Logits>;
  /** Runs a model whose outputs are the values to observe. */
  observe(model: Uint8Array, samples: ModelSamples, observer: TensorObserver): Promise<void>;
}
