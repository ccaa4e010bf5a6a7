// What a store must do: four operations over small objects. Correctness never depends on a lock.
// A path is slash-separated and relative; adapters refuse "..", empty segments and absolute paths.

export interface StoredObject {
  readonly bytes: Uint8Array;
  readonly etag: string;
}

export interface Store {
  get(path: string): Promise<StoredObject | undefined>;
  /** Creates the object, or answers false and changes nothing where one exists. */
  putIfAbsent(path: string, bytes: Uint8Array): Promise<boolean>;
  /** Replaces the object, or answers false and changes nothing where its ETag is another one. */
  putIfUnchanged(path: string, bytes: Uint8Array, etag: string): Promise<boolean>;
  /** Paths under a prefix, in code-point order. */
  list(prefix: string): AsyncIterable<string>;
}

/** Names a finished step. Its files are found through `steps/<step>/<key>/done.json`. */
export interface StepPointer {
  readonly step: string;
  readonly key: string;
}

/** `done.json`: written last and create-only; `schemas/done.schema.json`. */
export interface DoneRecord {
  readonly step: string;
  readonly key: string;
  readonly attempt: string;
  readonly files: Readonly<Record<string, { readonly size_bytes: number; readonly sha256: string }>>;
}

/** Folders of step files. A folder store hands out the real folder, a remote store a local copy. */
export interface StepFiles {
  /** Where a task finds the step's folder, finished or not: an absolute path or an s3:// address. */
  addressOf(pointer: StepPointer): string;
  /** The finished step's record, or undefined where done.json is absent or names a missing or wrong file. */
  find(pointer: StepPointer): Promise<DoneRecord | undefined>;
  /** Where a task finds the finished step's files: an absolute path or an s3:// address. Throws as folderOf does. */
  locationOf(pointer: StepPointer): Promise<string>;
  /** Local folder with the finished step's files. Throws StoreFailed where the step isn't finished. */
  folderOf(pointer: StepPointer): Promise<string>;
  /** A fresh attempt: write files into `folder`, then commit (hashes them, writes done.json) or discard. */
  begin(pointer: StepPointer): Promise<StepAttempt>;
}

export interface StepAttempt {
  readonly attempt: string;
  readonly folder: string;
  /**
   * Takes a file of a finished step over under a name of this attempt, without its bytes passing through this machine
   * where the store can: a hard link in a folder, a copy inside a bucket. It need not lie in `folder`.
   */
  adopt(from: DoneRecord, file: string, name: string): Promise<void>;
  commit(): Promise<DoneRecord>;
  discard(): Promise<void>;
}
