// Publishes an artifact under runs/<run>/artifact of a bucket: its files first, its manifest last. Whoever reads while an
// artifact is replaced finds files that the manifest doesn't name, never a mixture that passes for whole.
import { createHash } from "node:crypto";
import { DeleteObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import type { ArtifactShelf, ArtifactSource, PublishedArtifact } from "../../core/artifact/artifact-shelf.ts";
import { type ArtifactManifest, MANIFEST_NAME } from "../../core/artifact/manifest.ts";
import { DecantError } from "../../core/errors/problem.ts";
import type { Store } from "../../core/store/store.ts";
import { manifestOf, plainName } from "../artifact-sources.ts";
import { withStorageErrors } from "../storage-error.ts";
import { formatS3Address, keyOf, type S3Address } from "./address.ts";
import { everyInLanes, inLanes } from "./lanes.ts";
import { isObject } from "./object-facts.ts";
import { pause, type RetryPolicy, request } from "./request.ts";
import { createS3Store } from "./store.ts";
import { uploadFile } from "./upload-file.ts";

const FILES_AT_ONCE = 4;
/** Random pauses, so that publishers who hinder each other don't go on in step. */
const REPLACE_POLICY: RetryPolicy = { tries: 8, first_pause_ms_max: 50, pause_ms_max: 5000 };

export interface S3ShelfOptions extends S3Address {
  readonly client: S3Client;
}

interface Publication extends S3ShelfOptions {
  readonly store: Store;
  /** Store path of the artifact. */
  readonly folder: string;
  readonly text: string;
  readonly sources: readonly ArtifactSource[];
}

/** The shelf of the store that createS3Store opens with the same bucket and prefix. */
export function createS3Shelf(options: S3ShelfOptions): ArtifactShelf {
  const store = createS3Store(options);
  return {
    publish: async (run, sources) => {
      const folder = `runs/${plainName(run)}/artifact`;
      const prefix = keyOf(options, folder);
      const text = await withStorageErrors(folder, () => manifestOf(sources));
      const changed = await publish({ ...options, store, folder, text, sources });
      const location = formatS3Address({ bucket: options.bucket, prefix });
      const manifest_sha256 = createHash("sha256").update(text).digest("hex");
      return { location, manifest_sha256, changed } satisfies PublishedArtifact;
    },
  };
}

async function publish(publication: Publication): Promise<boolean> {
  if (await isPublished(publication)) return false;
  for (let tried = 1; tried <= REPLACE_POLICY.tries; tried += 1) {
    await putFiles(publication);
    await putManifest(publication);
    await removeOthers(publication);
    // Another publisher of the same run may have put its own files there just now.
    if (await isPublished(publication)) return true;
    if (tried < REPLACE_POLICY.tries) await pause(tried, REPLACE_POLICY);
  }
  const message = `Expected to put the artifact at ${publication.folder}, but other runs kept replacing it: let them end and try again.`;
  throw new DecantError("StoreFailed", message);
}

/** Whether the folder holds exactly the files of this manifest, by hash. */
async function isPublished({ client, bucket, prefix, store, folder, text }: Publication): Promise<boolean> {
  const there = await store.get(`${folder}/${MANIFEST_NAME}`);
  if (there === undefined || new TextDecoder().decode(there.bytes) !== text) return false;
  const { files } = JSON.parse(text) as ArtifactManifest;
  const names = await namesIn(store, folder);
  if (names.some((name) => name !== MANIFEST_NAME && !Object.hasOwn(files, name))) return false;
  return everyInLanes(Object.entries(files), FILES_AT_ONCE, ([name, facts]) =>
    isObject({ client, bucket, key: keyOf({ bucket, prefix }, `${folder}/${name}`) }, facts),
  );
}

async function namesIn(store: Store, folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const path of store.list(`${folder}/`)) names.push(path.slice(folder.length + 1));
  return names;
}

async function putFiles({ client, bucket, prefix, folder, text, sources }: Publication): Promise<void> {
  const { files } = JSON.parse(text) as ArtifactManifest;
  await inLanes(sources, FILES_AT_ONCE, async ({ name, path }) => {
    const facts = files[name];
    if (facts === undefined) return; // a source named like the manifest is not part of it
    const key = keyOf({ bucket, prefix }, `${folder}/${name}`);
    if (await isObject({ client, bucket, key }, facts)) return;
    await uploadFile({ client, bucket, key, path, ...facts });
  });
}

async function putManifest({ store, folder, text }: Publication): Promise<void> {
  const path = `${folder}/${MANIFEST_NAME}`;
  const bytes = new TextEncoder().encode(text);
  if (await store.putIfAbsent(path, bytes)) return;
  const there = await store.get(path);
  // Where this fails, another publisher was faster: the caller looks and tries again.
  if (there !== undefined) await store.putIfUnchanged(path, bytes, there.etag);
}

async function removeOthers({ client, bucket, prefix, store, folder, text }: Publication): Promise<void> {
  const { files } = JSON.parse(text) as ArtifactManifest;
  const others = (await namesIn(store, folder)).filter((name) => name !== MANIFEST_NAME && !Object.hasOwn(files, name));
  for (const name of others) {
    const Key = keyOf({ bucket, prefix }, `${folder}/${name}`);
    await request({ bucket, action: `remove ${Key}` }, () =>
      client.send(new DeleteObjectCommand({ Bucket: bucket, Key })),
    );
  }
}
