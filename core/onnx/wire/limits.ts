// What an ONNX file may hold at most. Far above real image models, low enough that every file is refused within seconds.

export const MODEL_LIMITS = {
  file_size_bytes: 2 ** 30,
  nodes: 100_000,
  /** Messages inside messages: a subgraph costs three, so about twenty subgraphs deep. */
  nesting: 64,
  /** Fields of the whole file, elements of packed lists not counted. */
  fields: 5_000_000,
  /** Numbers that are not raw data (lists of attributes, int32_data and the like). */
  listed_numbers: 16_000_000,
  name_size_bytes: 65_536,
  tensor_dimensions: 16,
} as const;

/** Problems listed before reading stops. */
export const PROBLEMS_MAX = 20;
