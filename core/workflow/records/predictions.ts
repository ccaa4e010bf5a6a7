// predictions.json and predictions-fp32.json in Measure's folder: what the quantized and the float file answered on each
// validation sample, in samples-file order.
// The report's examples come from here, so that nothing is run twice and no test sample is shown.

export interface Prediction {
  readonly path: string;
  readonly sha256: string;
  /** Index into classes: the true one. */
  readonly label: number;
  readonly predicted: number;
  /** Softmax probability of `predicted`, 0..1. */
  readonly probability: number;
}
