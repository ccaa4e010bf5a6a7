// test-predictions.json: what a certified file answered on each test sample. Certify writes it, Publish keeps it beside the
// artifact, and a later run's file is compared with it, sample by sample. Classes by name, since a later run may have more.

export interface TestPredictions {
  readonly version: 1;
  readonly classes: readonly string[];
  /** Of each sample's file: lower-case hex. */
  readonly sha256: readonly string[];
  /** Index into classes: the true one, by sample. */
  readonly label: readonly number[];
  readonly predicted: readonly number[];
}

export const TEST_PREDICTIONS_FILE = "test-predictions.json";

export function testPredictions(
  classes: readonly string[],
  samples: readonly { readonly sha256: string; readonly label: number }[],
  predicted: readonly number[],
): TestPredictions {
  if (samples.length !== predicted.length)
    throw new RangeError(`Expected an answer for each of ${samples.length} samples, got ${predicted.length}`);
  const [sha256, label] = [samples.map((sample) => sample.sha256), samples.map((sample) => sample.label)];
  return { version: 1, classes, sha256, label, predicted };
}

export function writeTestPredictions(predictions: TestPredictions): string {
  return `${JSON.stringify(predictions)}\n`;
}

/** Undefined where the text is not what writeTestPredictions writes. */
export function readTestPredictions(text: string): TestPredictions | undefined {
  try {
    const value = JSON.parse(text) as TestPredictions;
    const { version, classes, sha256, label, predicted } = value;
    const lists: readonly (readonly unknown[])[] = [sha256, label, predicted];
    if (version !== 1 || !lists.every((list) => Array.isArray(list) && list.length === sha256.length)) return undefined;
    const isClass = (index: number) => Number.isInteger(index) && index >= 0 && index < classes.length;
    return [...label, ...predicted].every(isClass) ? value : undefined;
  } catch {
    return undefined;
  }
}
