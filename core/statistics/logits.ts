// Logits of many samples in one array, with the softmax (shifted by the maximum, so that exp can't overflow).

/** [count, classes], row by row. */
export interface Logits {
  readonly count: number;
  readonly classes: number;
  readonly values: Float32Array;
}

export function logitsOf(values: Float32Array, classes: number): Logits {
  const count = values.length / classes;
  if (!Number.isInteger(count) || classes < 1) {
    throw new RangeError(`Expected rows of ${classes} logits, got ${values.length} numbers`);
  }
  return { count, classes, values };
}

export function rowOf(logits: Logits, sample: number): Float32Array {
  return logits.values.subarray(sample * logits.classes, (sample + 1) * logits.classes);
}

/** Index of the largest logit, the first of equals. */
export function predictedClass(row: Float32Array): number {
  let best = 0;
  for (let at = 1; at < row.length; at += 1) if (row[at]! > row[best]!) best = at;
  return best;
}

export function predictedClasses(logits: Logits): number[] {
  return Array.from({ length: logits.count }, (_, sample) => predictedClass(rowOf(logits, sample)));
}

export function softmax(row: ArrayLike<number>): number[] {
  return logSoftmax(row).map(Math.exp);
}

export function logSoftmax(row: ArrayLike<number>): number[] {
  const values = Array.from(row);
  // No spread: a detector's row has more numbers than a call may have arguments.
  const top = values.reduce((largest, value) => Math.max(largest, value), Number.NEGATIVE_INFINITY);
  const total = Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0));
  return values.map((value) => value - top - total);
}
