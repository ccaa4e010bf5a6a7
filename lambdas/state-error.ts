// Gives whatever a handler throws one code, so that the workflow document can name it.
import { storageError } from "../adapters/storage-error.ts";
import { DecantError } from "../core/errors/problem.ts";

/** `root` is the store, for messages about its disk. A signal's reason that has a code is told as it is. */
export function toDecantError(error: unknown, root: string, signal: AbortSignal): DecantError {
  const known = storageError(error, root);
  if (known instanceof DecantError) return known;
  if (signal.aborted && signal.reason instanceof DecantError) return signal.reason;
  // A child or a stream that was cut off by Ctrl-C fails in many ways; the reason is always the same.
  if (signal.aborted) return new DecantError("Stopped", "The run was stopped by the user.", { cause: error });
  if (!(error instanceof Error)) return new DecantError("Defect", String(error), { cause: error });
  const memory = /out of memory|allocation failed|Cannot allocate memory|ENOMEM/i.test(error.message);
  if (memory) return new DecantError("OutOfMemory", `Memory ran out: ${error.message}`, { cause: error });
  return new DecantError("Defect", error.message || error.name, { cause: error });
}

/** An error as a workflow matches it: by name. */
export function named(error: DecantError): Error {
  const thrown = new Error(error.message, { cause: error });
  thrown.name = error.code;
  return thrown;
}
