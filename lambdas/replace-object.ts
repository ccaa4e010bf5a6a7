// Puts an object under a name that may hold an older one, without ever losing a write between reading and writing.
import { DecantError } from "../core/errors/problem.ts";
import type { Store } from "../core/store/store.ts";

const TRIES = 8;

export async function replaceObject(store: Store, path: string, bytes: Uint8Array): Promise<void> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const current = await store.get(path);
    if (current && Buffer.from(current.bytes).equals(bytes)) return;
    const done = current ? await store.putIfUnchanged(path, bytes, current.etag) : await store.putIfAbsent(path, bytes);
    if (done) return;
  }
  throw new DecantError(
    "StoreFailed",
    `Expected to write ${path}, but something else changed it ${TRIES} times meanwhile: let the other run end and try again.`,
  );
}
