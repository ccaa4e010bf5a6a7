// What the starter and the sweeper need of the inbox bucket.

export interface InboxVersion {
  readonly key: string;
  readonly version: string;
  /** Epoch ms; S3 gives whole seconds. */
  readonly modified_ms: number;
}

export interface Inbox {
  readonly bucket: string;
  /** The bytes of a version, or of the latest, up to one more than a job file may have; undefined where it is gone. */
  read(key: string, version?: string): Promise<Uint8Array | undefined>;
  /** Every version under a prefix: keys in order, and of one key the newest first, as S3 lists them. */
  versions(prefix: string): AsyncIterable<InboxVersion>;
}
