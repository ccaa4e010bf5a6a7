// The run's journal: one small file an entry, append-only, so that a killed run still says how far it came.
import { journalPath, runFolder } from "../../core/store/path-rules.ts";
import type { StepPointer, Store } from "../../core/store/store.ts";

export type JournalEvent =
  | { readonly event: "run-started"; readonly deadline_ms: number | null }
  | { readonly event: "state-entered"; readonly state: string; readonly candidate?: string }
  | {
      readonly event: "state-succeeded";
      readonly state: string;
      readonly candidate?: string;
      readonly pointer?: StepPointer;
    }
  | {
      readonly event: "state-failed";
      readonly state: string;
      readonly candidate?: string;
      readonly error: string;
      readonly cause: string;
    }
  | { readonly event: "run-ended"; readonly status: string; readonly error?: string; readonly cause?: string };

export type JournalEntry = JournalEvent & {
  readonly sequence: number;
  /** Epoch ms. */
  readonly at_ms: number;
  /** One process's work on the run. */
  readonly session: string;
};

export interface Journal {
  append(event: JournalEvent): Promise<void>;
}

/** A journal that goes on after the last entry. Entries are written one after the other. */
export function openJournal(store: Store, run: string, session: string, now: () => number, first: number): Journal {
  let sequence = first;
  let last: Promise<void> = Promise.resolve();
  const write = async (event: JournalEvent) => {
    for (;;) {
      const entry: JournalEntry = { sequence, at_ms: now(), session, ...event };
      const bytes = new TextEncoder().encode(`${JSON.stringify(entry)}\n`);
      const path = journalPath(run, sequence);
      sequence += 1;
      if (await store.putIfAbsent(path, bytes)) return;
    }
  };
  return {
    append: (event) => {
      // An entry that can't be written is told to its own caller; the next one is tried all the same.
      const written = last.catch(() => undefined).then(() => write(event));
      last = written.catch(() => undefined);
      return written;
    },
  };
}

/** Every readable entry, in order. */
export async function readJournal(store: Store, run: string): Promise<readonly JournalEntry[]> {
  const entries: JournalEntry[] = [];
  for await (const path of store.list(`${runFolder(run)}/journal/`)) {
    const object = await store.get(path);
    const entry = object && parse(object.bytes);
    if (entry) entries.push(entry);
  }
  return entries;
}

function parse(bytes: Uint8Array): JournalEntry | undefined {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as JournalEntry;
  } catch {
    return undefined; // damaged by the disk: the rest still tells the story
  }
}
