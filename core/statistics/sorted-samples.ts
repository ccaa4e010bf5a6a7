// Samples in ascending order: a type that only sortSamples makes, so that a percentile of unsorted numbers can't compile.

declare const sorted: unique symbol;
export type SortedSamples = readonly number[] & { readonly [sorted]: true };

/** A sorted copy. Throws where there is no sample or one is not finite. */
export function sortSamples(samples: readonly number[]): SortedSamples {
  if (samples.length === 0) throw new RangeError("Expected at least one sample, got none");
  const wrong = samples.find((sample) => !Number.isFinite(sample));
  if (wrong !== undefined) throw new RangeError(`Expected finite samples, got ${wrong}`);
  return [...samples].sort((a, b) => a - b) as unknown as SortedSamples;
}
