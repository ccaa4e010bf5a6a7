// An ONNX model as plain immutable data. It knows no protobuf; reading and writing are other files' matter.

/** Element types that are read, with ONNX's number and the bytes of one element (0: text). */
export const ELEMENT_TYPES = {
  float32: { number: 1, size_bytes: 4 },
  uint8: { number: 2, size_bytes: 1 },
  int8: { number: 3, size_bytes: 1 },
  uint16: { number: 4, size_bytes: 2 },
  int16: { number: 5, size_bytes: 2 },
  int32: { number: 6, size_bytes: 4 },
  int64: { number: 7, size_bytes: 8 },
  string: { number: 8, size_bytes: 0 },
  bool: { number: 9, size_bytes: 1 },
  float16: { number: 10, size_bytes: 2 },
  float64: { number: 11, size_bytes: 8 },
  uint32: { number: 12, size_bytes: 4 },
  uint64: { number: 13, size_bytes: 8 },
  bfloat16: { number: 16, size_bytes: 2 },
} as const;

export type ElementType = keyof typeof ELEMENT_TYPES;

export interface Tensor {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly number[];
  /** Elements in C order, little-endian; empty for text. */
  readonly bytes: Uint8Array;
  /** Elements of a tensor of text. */
  readonly strings?: readonly Uint8Array[];
}

export type Attribute =
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "floats"; readonly value: readonly number[] }
  | { readonly kind: "graph"; readonly value: Graph }
  | { readonly kind: "graphs"; readonly value: readonly Graph[] }
  | { readonly kind: "int"; readonly value: bigint }
  | { readonly kind: "ints"; readonly value: readonly bigint[] }
  | { readonly kind: "string"; readonly value: Uint8Array }
  | { readonly kind: "strings"; readonly value: readonly Uint8Array[] }
  | { readonly kind: "tensor"; readonly value: Tensor }
  | { readonly kind: "tensors"; readonly value: readonly Tensor[] }
  | { readonly kind: "type"; readonly value: ValueType }
  | { readonly kind: "types"; readonly value: readonly ValueType[] }
  /** In a function: the attribute of the calling node with this name, of this kind. */
  | { readonly kind: "reference"; readonly value: string; readonly of: Exclude<Attribute["kind"], "reference"> };

export interface Node {
  readonly name: string;
  readonly op: string;
  /** "" is ONNX's own operators. */
  readonly domain: string;
  /** "" is an input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

/** A known size, a named unknown size, or undefined. */
export type Dimension = number | string | undefined;

export type ValueType =
  | { readonly kind: "tensor"; readonly element: ElementType; readonly shape: readonly Dimension[] | undefined }
  | { readonly kind: "sequence" | "optional"; readonly of: ValueType }
  | { readonly kind: "map"; readonly key: ElementType; readonly of: ValueType };

export interface ValueInfo {
  readonly name: string;
  readonly type: ValueType | undefined;
}

export interface Graph {
  readonly name: string;
  /** In topological order. */
  readonly nodes: readonly Node[];
  readonly initializers: readonly Tensor[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /** Declared types of values in between. */
  readonly values: readonly ValueInfo[];
}

export interface FunctionDefinition {
  readonly name: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: readonly string[];
  readonly defaults: ReadonlyMap<string, Attribute>;
  readonly nodes: readonly Node[];
  readonly opsets: ReadonlyMap<string, number>;
}

export interface Model {
  readonly ir_version: number;
  /** Version by domain. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly producer_name: string;
  readonly producer_version: string;
  readonly domain: string;
  readonly model_version: bigint;
  readonly graph: Graph;
  readonly functions: readonly FunctionDefinition[];
  readonly metadata: ReadonlyMap<string, string>;
}
