// Content hashes by path, size and modification time, one object a data folder in the store: a cache, so that whatever
// goes wrong with it only costs time.
import type { Store } from "../../core/store/store.ts";

export interface FileFacts {
  readonly path: string;
  readonly size: string;
  readonly mtime_ns: string;
}

export interface HashMemory {
  recall(facts: FileFacts): string | undefined;
  remember(facts: FileFacts, sha256: string): void;
  /** Keeps it in the store where something new was learnt. */
  keep(): Promise<void>;
}

/** A memory that ends with the process. */
export function createHashMemory(known: ReadonlyMap<string, string> = new Map()): HashMemory & {
  readonly entries: () => ReadonlyMap<string, string>;
  readonly changed: () => boolean;
} {
  const used = new Map<string, string>();
  let learnt = 0;
  const id = ({ path, size, mtime_ns }: FileFacts) => `${size} ${mtime_ns} ${path}`;
  return {
    recall(facts) {
      const found = known.get(id(facts));
      if (found !== undefined) used.set(id(facts), found);
      return found;
    },
    remember(facts, sha256) {
      used.set(id(facts), sha256);
      learnt += 1;
    },
    keep: () => Promise.resolve(),
    // Only what was asked for: files that are gone drop out.
    entries: () => used,
    changed: () => learnt > 0 || used.size !== known.size,
  };
}

/** @param root real path of the data folder; it is only a name here */
export async function openHashMemory(
  store: Store,
  root: string,
  sha256: (text: string) => string,
): Promise<HashMemory> {
  const path = `cache/content-hashes/${sha256(root)}.json`;
  const object = await store.get(path);
  const memory = createHashMemory(object ? parse(object.bytes) : new Map());
  return {
    ...memory,
    async keep() {
      if (!memory.changed()) return;
      const bytes = new TextEncoder().encode(JSON.stringify(Object.fromEntries(memory.entries())));
      // Another process may have kept its own meanwhile: then this one's is dropped.
      await (object ? store.putIfUnchanged(path, bytes, object.etag) : store.putIfAbsent(path, bytes));
    },
  };
}

function parse(bytes: Uint8Array): Map<string, string> {
  try {
    const entries = Object.entries(JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>);
    return new Map(entries.filter((entry): entry is [string, string] => /^[0-9a-f]{64}$/.test(String(entry[1]))));
  } catch {
    return new Map();
  }
}
