// One ONNX Runtime session with fixed threads, and inputs for it: packed images, or random ones of the declared shape.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import * as ort from "onnxruntime-node";
import { DecantError } from "../../core/errors/problem.ts";
import { toTensor } from "../../core/pixels/planar.ts";
import { seededRandom } from "../../core/statistics/random.ts";
import { openNpy } from "../npy.ts";
import { openSession, SESSION_DEFAULTS, type SessionOptions } from "../onnx-runtime/session.ts";

export type Feeds = Readonly<Record<string, ort.Tensor>>;

export interface OpenModel {
  readonly size_bytes: number;
  readonly sha256: string;
  /** The first output. */
  run(feeds: Feeds): Promise<Float32Array>;
  /** Shape of every output by name. */
  shapes(feeds: Feeds): Promise<ReadonlyMap<string, readonly number[]>>;
  /** Feed of one square RGB image, [size, size, 3]. */
  feedOf(pixels: Uint8Array, size: number): Feeds;
  /** Feeds of the first `count` images of a packed array [N, H, W, 3]. */
  packedFeeds(npy: string, count: number): Feeds[];
  randomFeeds(count: number, seed: number): Feeds[];
  /** Writes the profile of all runs so far, where the model was opened with a profile. */
  endProfiling(): void;
}

type Opening = Partial<Omit<SessionOptions, "threads">>;

/** Throws InvalidModel where ONNX Runtime refuses the file. As a deployed model runs, but for `options`. */
export async function openModel(path: string, threads: number, options: Opening = {}): Promise<OpenModel> {
  return openModelBytes(readFileSync(path), threads, path, options);
}

/** `path` only names the model in errors. */
export async function openModelBytes(
  bytes: Uint8Array,
  threads: number,
  path: string,
  options: Opening = {},
): Promise<OpenModel> {
  const session = await openSession(bytes, { ...SESSION_DEFAULTS, ...options, threads }, path);
  const output = session.outputNames[0]!;
  return {
    size_bytes: bytes.length,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    run: async (feeds) => (await session.run(feeds))[output]!.data as Float32Array,
    shapes: async (feeds) =>
      new Map(Object.entries(await session.run(feeds)).map(([name, value]) => [name, (value as ort.Tensor).dims])),
    feedOf: (pixels, size) => feedOf(session, pixels, size),
    packedFeeds: (npy, count) => packedFeeds(session, npy, count),
    endProfiling: () => session.endProfiling(),
    randomFeeds(count, seed) {
      const random = seededRandom(seed);
      return Array.from({ length: count }, () =>
        Object.fromEntries(session.inputMetadata.map((input) => [input.name, randomTensor(path, input, random)])),
      );
    },
  };
}

function packedFeeds(session: ort.InferenceSession, path: string, count: number): Feeds[] {
  const npy = openNpy(path);
  try {
    const [rows = 0, size = 0] = npy.header.shape;
    return Array.from({ length: Math.min(rows, count) }, (_, row) => feedOf(session, npy.row(row), size));
  } finally {
    npy.close();
  }
}

/** [H, W, 3] to the model's uint8 [1, 3, H, W]. */
function feedOf(session: ort.InferenceSession, pixels: Uint8Array, size: number): Feeds {
  return { [session.inputNames[0]!]: new ort.Tensor("uint8", toTensor(pixels), [1, 3, size, size]) };
}

function randomTensor(path: string, input: ort.InferenceSession.ValueMetadata, random: () => number): ort.Tensor {
  if (!input.isTensor) throw refused(path, `expected only tensors as inputs, but ${input.name} is none`);
  // A free first dimension is the batch; any other free one has no honest default.
  const shape = input.shape.map((dimension, at) => (typeof dimension !== "number" && at === 0 ? 1 : dimension));
  const dims = shape.filter((dimension) => typeof dimension === "number" && dimension > 0) as number[];
  const length = dims.reduce((product, dimension) => product * dimension, 1);
  if (dims.length !== shape.length || length > 100_000_000) {
    throw refused(path, `expected input ${input.name} with a fixed shape, got [${input.shape.join(", ")}]`);
  }
  if (input.type === "uint8") {
    return new ort.Tensor(
      "uint8",
      Uint8Array.from({ length }, () => Math.floor(random() * 256)),
      dims,
    );
  }
  if (input.type === "float32") {
    return new ort.Tensor(
      "float32",
      Float32Array.from({ length }, () => random() * 2 - 1),
      dims,
    );
  }
  throw refused(path, `expected input ${input.name} of type uint8 or float32, got ${input.type}`);
}

function refused(path: string, message: string): DecantError {
  return new DecantError("InvalidModel", [{ message, where: path }]);
}
