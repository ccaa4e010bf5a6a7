// done.json of a step, in any store: read without trust, written create-only, replaced only where it names wrong files.
import { canonicalJson } from "../core/store/canonical-json.ts";
import { parseDoneRecord } from "../core/store/done-record.ts";
import { donePath } from "../core/store/path-rules.ts";
import type { DoneRecord, StepPointer, Store } from "../core/store/store.ts";

/** Whether every file that a record names is there, with its size and hash. */
export type RecordCheck = (record: DoneRecord) => Promise<boolean>;

/** What done.json says, true or not; undefined where there is none that can be read. */
export async function readRecord(store: Store, pointer: StepPointer): Promise<DoneRecord | undefined> {
  const object = await store.get(donePath(pointer));
  return object && parseDoneRecord(object.bytes, pointer);
}

/** Answers the record that counts: this one, or that of another attempt that was first and is whole. */
export async function keepRecord(
  store: Store,
  pointer: StepPointer,
  record: DoneRecord,
  isWhole: RecordCheck,
): Promise<DoneRecord> {
  const path = donePath(pointer);
  const bytes = new TextEncoder().encode(`${canonicalJson(record)}\n`);
  for (;;) {
    if (await store.putIfAbsent(path, bytes)) return record;
    const found = await store.get(path);
    const other = found && parseDoneRecord(found.bytes, pointer);
    if (other && (await isWhole(other))) return other;
    if (found && (await store.putIfUnchanged(path, bytes, found.etag))) return record;
  }
}
