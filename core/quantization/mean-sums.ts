// Running means of values over samples, in constant memory.
import type { MeanMap } from "./convolve-mean.ts";

/** Means over the batch axis and over samples; a value whose shape changes from sample to sample has none. */
export class MeanSums {
  readonly #sums = new Map<string, { readonly sum: Float64Array; readonly dims: readonly number[]; count: number }>();

  add(value: string, data: Float32Array, dims: readonly number[]): void {
    const batch = dims[0] ?? 1;
    const inner = dims.slice(1);
    const size = data.length / batch;
    const entry = this.#sums.get(value) ?? { sum: new Float64Array(size), dims: inner, count: 0 };
    this.#sums.set(value, entry);
    const { sum } = entry;
    if (entry.dims.join() !== inner.join()) sum.fill(Number.NaN);
    else {
      for (let start = 0; start < data.length; start += size) {
        for (let at = 0; at < size; at += 1) sum[at]! += data[start + at]!;
      }
    }
    entry.count += batch;
  }

  means(): ReadonlyMap<string, MeanMap> {
    const entries = [...this.#sums];
    return new Map(
      entries.map(([name, { sum, dims, count }]) => [name, { values: sum.map((value) => value / count), dims }]),
    );
  }
}
