// What lies under a prefix of users' data: every object that can be a file, every problem of those that can't.
import { HeadObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { isIgnoredName } from "../../core/data-source/image-files.ts";
import { createProblemList, type ProblemList } from "../../core/data-source/problem-list.ts";
import { DecantError } from "../../core/errors/problem.ts";
import { FOLDER_LIMITS, type FolderLimits } from "../data-source/list-files.ts";
import { type DataAddress, nameProblem } from "./data-address.ts";
import { listObjects } from "./list-objects.ts";
import { request } from "./request.ts";
import { isAbsent } from "./s3-error.ts";

export interface DataObject {
  /** Relative to the prefix. */
  readonly path: string;
  readonly size_bytes: number;
  readonly etag: string;
  /** Epoch ms, whole seconds. */
  readonly modified_ms: number;
}

export interface DataListing {
  readonly bucket: string;
  /** Ends in a slash, or is empty. */
  readonly prefix: string;
  /** Where the address names one object (a CSV file, a manifest): its path. */
  readonly named_file?: string;
  readonly objects: readonly DataObject[];
}

interface Walk {
  readonly prefix: string;
  readonly limits: FolderLimits;
  readonly objects: Map<string, DataObject>;
  readonly problems: ProblemList;
}

/** Throws InvalidData with every name that is refused, and where nothing is there. */
export async function listData(
  client: S3Client,
  { bucket, key }: DataAddress,
  limits: FolderLimits = FOLDER_LIMITS,
): Promise<DataListing> {
  const isFile = key !== "" && !key.endsWith("/") && (await exists(client, bucket, key));
  const prefix = isFile ? key.slice(0, key.lastIndexOf("/") + 1) : key === "" || key.endsWith("/") ? key : `${key}/`;
  const walk: Walk = { prefix, limits, objects: new Map(), problems: createProblemList() };
  for await (const { key: found, modified_ms, ...facts } of listObjects(client, bucket, prefix)) {
    add(walk, { ...facts, path: found.slice(prefix.length), modified_ms: Math.floor(modified_ms / 1000) * 1000 });
  }
  refuseClashes(walk);
  const problems = walk.problems.all();
  if (problems.length > 0) throw new DecantError("InvalidData", problems);
  if (walk.objects.size === 0) throw nothingThere(`s3://${bucket}/${prefix}`);
  return {
    bucket,
    prefix,
    ...(isFile && { named_file: key.slice(prefix.length) }),
    objects: [...walk.objects.values()],
  };
}

async function exists(client: S3Client, bucket: string, key: string): Promise<boolean> {
  return request({ bucket, action: `read ${key}` }, async () => {
    try {
      await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
      return true;
    } catch (error) {
      if (isAbsent(error)) return false;
      throw error;
    }
  });
}

/** Markers that consoles leave for empty folders, hidden files and system junk are nobody's data. */
function add({ prefix, limits, objects, problems }: Walk, object: DataObject): void {
  const { path } = object;
  if (path === "" || path.endsWith("/")) return;
  const reason = nameProblem(path);
  if (reason !== undefined) {
    const message = `Expected object keys that can be files on a disk, but: ${reason}. Rename the object.`;
    problems.add("keys that can't be files", { message, where: JSON.stringify(prefix + path).slice(0, 300) });
    return;
  }
  const names = path.split("/");
  if (names.some(isIgnoredName)) return;
  if (names.length > limits.depth) {
    const message = `Expected folders at most ${limits.depth} deep: name a prefix further down as data.source.`;
    problems.add("folders that are too deep", { message, where: path });
    return;
  }
  objects.set(path, object);
  if (objects.size <= limits.files) return;
  const message = `Expected at most ${limits.files} objects in the data, got more: is it the right prefix?`;
  throw new DecantError("InvalidData", [{ message, where: prefix }]);
}

/** In a bucket "a" and "a/b" can both be objects; on a disk "a" can't be a file and a folder. */
function refuseClashes({ objects, problems }: Walk): void {
  for (const path of objects.keys()) {
    for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
      const folder = path.slice(0, end);
      if (!objects.has(folder)) continue;
      const message = `Expected a name to be an object or a folder of objects, got both: rename one of them.`;
      problems.add("names used twice", { message, where: folder });
    }
  }
}

function nothingThere(address: string): DecantError {
  const message = "Expected objects under this address, got none: mend data.source, or upload the data.";
  return new DecantError("InvalidData", [{ message, where: address }]);
}
