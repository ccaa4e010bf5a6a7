// Tensor bytes <-> numbers, and making small tensors.
import { ELEMENT_TYPES, type ElementType, type Tensor } from "./graph.ts";

/** The elements as float32, copied, so that alignment in the file doesn't matter. */
export function floats(tensor: Tensor): Float32Array {
  if (tensor.type !== "float32") throw new Error(`Expected float32 in ${tensor.name}, got ${tensor.type}`);
  return new Float32Array(Uint8Array.from(tensor.bytes).buffer);
}

/** The elements of an int64 or int32 tensor as numbers. */
export function integersOf(tensor: Tensor): number[] {
  const { bytes, type } = tensor;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = ELEMENT_TYPES[type].size_bytes;
  if (type !== "int64" && type !== "int32") throw new Error(`Expected integers in ${tensor.name}, got ${type}`);
  return Array.from({ length: bytes.length / size }, (_, at) =>
    type === "int64" ? Number(view.getBigInt64(at * size, true)) : view.getInt32(at * size, true),
  );
}

export function floatTensor(name: string, dims: readonly number[], values: ArrayLike<number>): Tensor {
  return tensorOf(name, "float32", dims, Float32Array.from(values));
}

export function int64Tensor(name: string, values: readonly number[]): Tensor {
  return tensorOf(name, "int64", [values.length], BigInt64Array.from(values.map(BigInt)));
}

/** A tensor over the bytes of a typed array (little-endian machines only, which Node's are). */
export function tensorOf(
  name: string,
  type: ElementType,
  dims: readonly number[],
  data: Float32Array | Int8Array | Uint8Array | Int32Array | BigInt64Array,
): Tensor {
  return { name, type, dims, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

export function elementCount(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}
