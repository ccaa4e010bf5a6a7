// .npy files on disk: one written row by row in constant memory, one opened for reading single rows.
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { open } from "node:fs/promises";
import { DecantError } from "../core/errors/problem.ts";
import {
  formatNpyHeader,
  isNpyHeader,
  NPY_HEADER_SIZE_BYTES_MAX,
  type NpyHeader,
  type NpyType,
  parseNpyHeader,
} from "../core/npy/header.ts";

export interface NpyWriter {
  /** Appends one row: the bytes of an item of the first axis. */
  append(row: Uint8Array): Promise<void>;
  /** Writes the header, now that the number of rows is known, and closes the file. */
  finish(): Promise<void>;
  /** Closes the file as it is, after a failure. */
  abandon(): Promise<void>;
}

/** Creates a file for rows of the given shape, e.g. [160, 160, 3]. The file must not exist. */
export async function createNpy(path: string, type: NpyType, rowShape: readonly number[]): Promise<NpyWriter> {
  const file = await open(path, "wx");
  const first = formatNpyHeader(type, [0, ...rowShape]).length;
  let position = first;
  let rows = 0;
  return {
    async append(row) {
      await file.write(row, 0, row.length, position);
      position += row.length;
      rows += 1;
    },
    async finish() {
      const header = formatNpyHeader(type, [rows, ...rowShape]);
      await file.write(header, 0, header.length, 0);
      await file.close();
    },
    abandon: () => file.close(),
  };
}

export interface NpyReader {
  readonly header: NpyHeader;
  /** Bytes of one item of the first axis. */
  readonly row_size_bytes: number;
  /** Reads item `index` of the first axis into a fresh array. */
  row(index: number): Uint8Array;
  close(): void;
}

/** Opens a file, checks header and length. Throws InvalidData where the file is not what its header says. */
export function openNpy(path: string): NpyReader {
  const file = openSync(path, "r");
  try {
    const start = new Uint8Array(NPY_HEADER_SIZE_BYTES_MAX);
    const header = parseNpyHeader(start.subarray(0, readSync(file, start, 0, start.length, 0)));
    if (!isNpyHeader(header)) throw new DecantError("InvalidData", [{ ...header, where: path }]);
    const expected = header.data_offset_bytes + header.data_size_bytes;
    const actual = fstatSync(file).size;
    if (actual !== expected) {
      const message = `expected ${expected} bytes as the header says, got ${actual}: write the file again`;
      throw new DecantError("InvalidData", [{ message, where: path }]);
    }
    return reader(file, path, header);
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

function reader(file: number, path: string, header: NpyHeader): NpyReader {
  const rows = header.shape[0] ?? 0;
  const size = rows === 0 ? 0 : header.data_size_bytes / rows;
  return {
    header,
    row_size_bytes: size,
    row(index) {
      if (!(Number.isInteger(index) && index >= 0 && index < rows)) {
        throw new RangeError(`Expected a row of 0 to ${rows - 1} of ${path}, got ${index}`);
      }
      const bytes = new Uint8Array(size);
      for (let done = 0; done < size; ) {
        const read = readSync(file, bytes, done, size - done, header.data_offset_bytes + index * size + done);
        if (read === 0) throw new DecantError("InvalidData", [{ message: "the file became shorter", where: path }]);
        done += read;
      }
      return bytes;
    },
    close: () => closeSync(file),
  };
}
