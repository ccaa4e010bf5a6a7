// Step folders in a bucket. Work happens in a local folder; a commit uploads it, then writes done.json. Files of finished
// steps are fetched into the same local folders, once, and held to their hashes.
import { randomUUID } from "node:crypto";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { CopyObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { DecantError } from "../../core/errors/problem.ts";
import { stepFolder } from "../../core/store/path-rules.ts";
import type { DoneRecord, StepAttempt, StepFiles, StepPointer, Store } from "../../core/store/store.ts";
import { createFileHasher, type FileHasher } from "../file-hash.ts";
import { fileOf } from "../folder-store.ts";
import { keepRecord, readRecord } from "../step-record.ts";
import { withStorageErrors } from "../storage-error.ts";
import { formatS3Address, keyOf, keyUnder, type S3Address } from "./address.ts";
import { fetchFolder, holdsFiles } from "./fetch-folder.ts";
import { everyInLanes, inLanes } from "./lanes.ts";
import { isObject } from "./object-facts.ts";
import { request } from "./request.ts";
import { createS3Store } from "./store.ts";
import { uploadFile } from "./upload-file.ts";

const UPLOADS_AT_ONCE = 4;
const QUESTIONS_AT_ONCE = 16;

export interface S3StepFilesOptions extends S3Address {
  readonly client: S3Client;
  /** A folder of this machine for attempts and copies; it may be emptied when nothing works in it. */
  readonly cache: string;
  /** Ends transfers that are under way. */
  readonly signal?: AbortSignal;
}

interface Context extends S3StepFilesOptions {
  readonly store: Store;
  readonly hash: FileHasher;
  /** Fetches under way, by folder: each is done once, however many ask. */
  readonly fetches: Map<string, Promise<string>>;
}

/** Step files of the store that createS3Store opens with the same bucket and prefix. */
export function createS3StepFiles(options: S3StepFilesOptions): StepFiles {
  const cache = resolve(options.cache);
  const store = createS3Store(options);
  const context: Context = { ...options, cache, store, hash: createFileHasher(), fetches: new Map() };
  return {
    addressOf: (pointer) => addressOf(context, pointer),
    locationOf: (pointer) => locationOf(context, pointer),
    find: (pointer) => find(context, pointer),
    folderOf: (pointer) => withStorageErrors(cache, () => folderOf(context, pointer)),
    begin: (pointer) => withStorageErrors(cache, () => begin(context, pointer)),
  };
}

function addressOf(context: Context, pointer: StepPointer): string {
  return formatS3Address({ bucket: context.bucket, prefix: keyOf(context, stepFolder(pointer)) });
}

async function locationOf(context: Context, pointer: StepPointer): Promise<string> {
  const record = await find(context, pointer);
  if (record === undefined) throw unfinished(context, pointer);
  return `${addressOf(context, pointer)}/${record.attempt}`;
}

async function find(context: Context, pointer: StepPointer): Promise<DoneRecord | undefined> {
  const record = await readRecord(context.store, pointer);
  return record && (await isWhole(context, pointer, record)) ? record : undefined;
}

async function isWhole(context: Context, pointer: StepPointer, record: DoneRecord): Promise<boolean> {
  const { client, bucket } = context;
  const folder = attemptKey(context, pointer, record.attempt);
  return everyInLanes(Object.entries(record.files), QUESTIONS_AT_ONCE, ([name, expected]) =>
    isObject({ client, bucket, key: keyUnder(folder, name) }, expected),
  );
}

function attemptKey(context: Context, pointer: StepPointer, attempt: string): string {
  return keyOf(context, `${stepFolder(pointer)}/${attempt}`);
}

/** From the copy where it has the hashes that done.json names; the bucket is then not asked about the files. */
async function folderOf(context: Context, pointer: StepPointer): Promise<string> {
  const record = await readRecord(context.store, pointer);
  if (record === undefined) throw unfinished(context, pointer);
  const folder = fileOf(context.cache, `${stepFolder(pointer)}/${record.attempt}`);
  const underWay = context.fetches.get(folder);
  if (underWay) return underWay;
  const fetching = fetchRecord(context, pointer, record, folder).finally(() => context.fetches.delete(folder));
  context.fetches.set(folder, fetching);
  return fetching;
}

async function fetchRecord(context: Context, pointer: StepPointer, record: DoneRecord, folder: string) {
  const { client, bucket, hash, signal } = context;
  if (await holdsFiles(folder, record.files, hash)) return folder;
  const prefix = attemptKey(context, pointer, record.attempt);
  const fetched = await fetchFolder({ client, bucket, prefix, folder, files: record.files, hash, signal });
  if (!fetched) throw unfinished(context, pointer);
  return folder;
}

function unfinished(context: Context, pointer: StepPointer): DecantError {
  const message = `Expected step ${pointer.step} ${pointer.key} to be finished in ${formatS3Address(context)}, but its done.json is absent or names a missing or changed file. Run the same command again; it does the step anew.`;
  return new DecantError("StoreFailed", message);
}

async function begin(context: Context, pointer: StepPointer): Promise<StepAttempt> {
  const attempt = `attempt-${randomUUID().slice(0, 13)}`;
  const folder = fileOf(context.cache, `${stepFolder(pointer)}/${attempt}`);
  await mkdir(folder, { recursive: true });
  const discard = () => rm(folder, { recursive: true, force: true });
  const prefix = attemptKey(context, pointer, attempt);
  const adopted: Record<string, { readonly size_bytes: number; readonly sha256: string }> = {};
  const adopt = async (from: DoneRecord, file: string, name: string) => {
    const facts = from.files[file];
    if (facts === undefined) throw new Error(`Expected ${file} among the files of ${from.step} ${from.key}`);
    const source = keyUnder(attemptKey(context, from, from.attempt), file);
    await copyObject(context, source, keyUnder(prefix, name));
    adopted[name] = facts;
  };
  const commit = async () => {
    const files = { ...adopted, ...(await uploadAll(context, folder, prefix)) };
    const record = { step: pointer.step, key: pointer.key, attempt, files };
    const kept = await keepRecord(context.store, pointer, record, (other) => isWhole(context, pointer, other));
    if (kept.attempt !== attempt) await discard();
    return kept;
  };
  return { attempt, folder, adopt, commit: () => withStorageErrors(context.cache, commit), discard };
}

/** Inside the bucket, with its metadata. In one request, so up to 5 GB. */
async function copyObject({ client, bucket, signal }: Context, source: string, key: string): Promise<void> {
  const CopySource = encodeURIComponent(`${bucket}/${source}`).replaceAll("%2F", "/");
  const command = new CopyObjectCommand({ Bucket: bucket, Key: key, CopySource, ChecksumAlgorithm: "SHA256" });
  await request({ bucket, action: `write ${key}` }, () => client.send(command, signal && { abortSignal: signal }), {
    signal,
  });
}

/** Uploads every file; answers its size and hash, by path relative to the attempt. */
async function uploadAll(context: Context, folder: string, prefix: string): Promise<DoneRecord["files"]> {
  const { client, bucket, hash, signal } = context;
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files: Record<string, { size_bytes: number; sha256: string }> = {};
  await inLanes(paths, UPLOADS_AT_ONCE, async (path) => {
    const name = path.slice(folder.length + 1).replaceAll("\\", "/");
    const facts = await hash(path);
    if (facts === undefined) return;
    await uploadFile({ client, bucket, key: keyUnder(prefix, name), path, ...facts, signal });
    files[name] = facts;
  });
  return files;
}
