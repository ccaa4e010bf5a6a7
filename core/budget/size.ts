// Bytes of an int8 file from its parameters, and the share of a backbone's parameters that fits a size promise.
// int8 weights take a byte; scales, biases, names and the float first layers the rest. Fitted to EfficientNet-Lite0 with
// 5 classes: 3,377,413 parameters, 3,681,899 bytes; pruned to 2,054,501, about 2,295,000.

const BYTES_PER_PARAMETER = 1.048;
const BYTES_OF_GRAPH = 145_000;

export function int8SizeBytes(parameters: number): number {
  return Math.round(parameters * BYTES_PER_PARAMETER + BYTES_OF_GRAPH);
}

/** The share, 0..1, of `parameters` whose int8 file takes at most (1 - margin) of `size_bytes`. */
export function parametersRatioFor(size_bytes: number, parameters: number, margin: number): number {
  const room = size_bytes * (1 - margin) - BYTES_OF_GRAPH;
  return Math.min(1, Math.max(0, room / BYTES_PER_PARAMETER / parameters));
}
