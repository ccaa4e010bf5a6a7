// The store that --store names: a folder of this machine, or s3://bucket/prefix. The S3 client loads only where it is used.
import { createFolderShelf } from "../../adapters/artifact-folder.ts";
import { cacheFolder } from "../../adapters/cache-folder.ts";
import type { FetchData } from "../../adapters/data-source/read-source.ts";
import { createFolderStepFiles } from "../../adapters/folder-step-files.ts";
import { createFolderStore } from "../../adapters/folder-store.ts";
import { isS3Address, parseS3Address } from "../../adapters/s3/address.ts";
import type { ArtifactShelf } from "../../core/artifact/artifact-shelf.ts";
import type { StepFiles, Store } from "../../core/store/store.ts";
import type { ProgressEvent } from "../../lambdas/services.ts";

export interface OpenStore {
  readonly store: Store;
  readonly files: StepFiles;
  readonly artifacts: ArtifactShelf;
}

/** @param root an absolute folder or an s3:// address */
export async function openStore(root: string, signal?: AbortSignal): Promise<OpenStore> {
  if (!isS3Address(root)) {
    const store = createFolderStore(root);
    return { store, files: createFolderStepFiles(root, store), artifacts: createFolderShelf(root) };
  }
  const [{ createS3Client }, { createS3Store }, { createS3StepFiles }, { createS3Shelf }] = await Promise.all([
    import("../../adapters/s3/client.ts"),
    import("../../adapters/s3/store.ts"),
    import("../../adapters/s3/step-files.ts"),
    import("../../adapters/s3/artifact-shelf.ts"),
  ]);
  const place = { client: createS3Client(), ...parseS3Address(root) };
  const files = createS3StepFiles({ ...place, cache: cacheFolder(), ...(signal && { signal }) });
  return { store: createS3Store(place), files, artifacts: createS3Shelf(place) };
}

/** The store alone, for commands that only look. */
export async function openObjects(root: string): Promise<Store> {
  return (await openStore(root)).store;
}

/** Data in buckets comes to the cache, whatever the store. */
export function fetchDataTo(signal: AbortSignal, progress: (event: ProgressEvent) => void): FetchData {
  return async (address) => {
    const [{ createS3Client }, { mirrorData }] = await Promise.all([
      import("../../adapters/s3/client.ts"),
      import("../../adapters/s3/mirror-data.ts"),
    ]);
    const report = (done: number, total: number) => {
      if (done % COPIES_TOLD === 0) progress({ step: "plan", done, total, message: "copying the data" });
    };
    return mirrorData({ client: createS3Client(), cache: cacheFolder(), signal, progress: report }, address);
  };
}

const COPIES_TOLD = 100;

/** Of weights that a job names in a bucket. */
export async function hashRemote(address: string): Promise<string | undefined> {
  const [{ createS3Client }, { hashObject }] = await Promise.all([
    import("../../adapters/s3/client.ts"),
    import("../../adapters/s3/object-facts.ts"),
  ]);
  return hashObject(createS3Client(), address);
}
