// Addresses and object keys of users' data, which may have any name that a file system takes and nothing else.
import { DecantError } from "../../core/errors/problem.ts";

export interface DataAddress {
  readonly bucket: string;
  /** A key, or a prefix with a slash at its end; empty: the whole bucket. */
  readonly key: string;
}

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const KEY_BYTES_MAX = 1024; // S3 takes no more
const NAME_BYTES_MAX = 255; // nor do file systems
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/** Throws InvalidData with what was expected. */
export function parseDataAddress(address: string): DataAddress {
  const [, bucket = "", , key = ""] = /^s3:\/\/([^/]*)(\/(.*))?$/s.exec(address) ?? [];
  const reason = BUCKET.test(bucket)
    ? key === "" || key === "/"
      ? undefined
      : nameProblem(key.replace(/\/$/, ""))
    : "expected a bucket's name of 3 to 63 lower-case letters, digits, dots and dashes";
  if (reason === undefined) return { bucket, key: key === "/" ? "" : key };
  const message = `Expected data in a folder or at an address like s3://bucket/prefix/, but: ${reason}.`;
  throw new DecantError("InvalidData", [{ message, where: address.slice(0, 300) }]);
}

/** Why a path can't be a file below a folder of this machine; undefined where it can. */
export function nameProblem(path: string): string | undefined {
  if (Buffer.byteLength(path) > KEY_BYTES_MAX) return `expected names of at most ${KEY_BYTES_MAX} bytes`;
  if (CONTROL.test(path) || !path.isWellFormed()) return "expected names without control characters";
  if (path.includes("\\")) return "expected names without backslashes";
  if (/^[A-Za-z]:/.test(path)) return "expected names that begin with no drive letter";
  const names = path.split("/");
  if (names.includes("")) return "expected names without empty parts (//)";
  if (names.includes("..") || names.includes(".")) return 'expected names without "." and ".."';
  if (names.some((name) => Buffer.byteLength(name) > NAME_BYTES_MAX))
    return `expected parts of names of at most ${NAME_BYTES_MAX} bytes`;
  return undefined;
}
