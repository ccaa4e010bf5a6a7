// A Lambda function's services: the store in the artifact bucket, this function's machine, its standard output.
import { createHash } from "node:crypto";
import { mkdir, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { S3Client } from "@aws-sdk/client-s3";
import {
  type Environment,
  readLambdaMachine,
  readTaskMachine,
  readTaskNodes,
  requiredVariable,
} from "../adapters/lambda-machine.ts";
import { createS3Shelf } from "../adapters/s3/artifact-shelf.ts";
import { createS3Client } from "../adapters/s3/client.ts";
import { mirrorData } from "../adapters/s3/mirror-data.ts";
import { hashObject } from "../adapters/s3/object-facts.ts";
import { createS3StepFiles } from "../adapters/s3/step-files.ts";
import { createS3Store } from "../adapters/s3/store.ts";
import { withinFunction } from "./input-fit.ts";
import type { Metric, ProgressEvent, Services } from "./services.ts";

/** Step files that an earlier call of the same function fetched are kept until this share of the disk is used. */
const CACHE_SHARE_MAX = 0.5;

export interface CloudOptions {
  readonly environment: Environment;
  readonly signal: AbortSignal;
  readonly progress: (event: ProgressEvent) => void;
  readonly metric?: (metric: Metric) => void;
  readonly client?: S3Client;
}

/**
 * STORE_BUCKET and STORE_PREFIX (may be empty) say where the store lies, MODEL_MB_MAX how large a model the function runs;
 * lambda-machine.ts names the others.
 */
export async function createCloudServices(options: CloudOptions): Promise<Services> {
  const { environment, signal, progress, metric, client = createS3Client() } = options;
  const bucket = requiredVariable(environment, "STORE_BUCKET");
  const prefix = environment.STORE_PREFIX ?? "";
  const cache = await cacheFolder(join(environment.CACHE_FOLDER ?? tmpdir(), "decant-steps"));
  return {
    store: createS3Store({ client, bucket, prefix }),
    files: withinFunction(createS3StepFiles({ client, bucket, prefix, cache, signal }), {
      room: async () => roomOf(await statfs(cache)),
      model_bytes_max: environment.MODEL_MB_MAX === undefined ? undefined : Number(environment.MODEL_MB_MAX) * 1e6,
    }),
    artifacts: createS3Shelf({ client, bucket, prefix }),
    fetchData: (address, only) => mirrorData({ client, cache, signal, only }, address),
    hashObject: (address) => hashObject(client, address),
    sha256: (bytes) => createHash("sha256").update(bytes).digest("hex"),
    now: () => Date.now(),
    machine: await readLambdaMachine(environment),
    task_machine: readTaskMachine(environment),
    task_nodes_max: readTaskNodes(environment),
    progress,
    ...billedAs(environment),
    ...(metric && { metric }),
    signal,
  };
}

/** As core/budget/billed-device.ts reads it. Lambda itself tells memory and region, deployment the disk. */
function billedAs(environment: Environment): Pick<Services, "billed"> {
  const { AWS_LAMBDA_FUNCTION_MEMORY_SIZE: memory, AWS_REGION: region, STORAGE_MB: storage } = environment;
  if (memory === undefined || region === undefined) return {};
  return { billed: { device: `lambda-${process.arch}-${memory}-${storage ?? 512}`, region } };
}

function roomOf({ bavail, bsize }: { readonly bavail: number; readonly bsize: number }): number {
  return bavail * bsize;
}

/** A function answers one call at a time, so nobody reads the folder while it is emptied. */
async function cacheFolder(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const { bavail, blocks } = await statfs(folder);
  if (bavail / blocks < 1 - CACHE_SHARE_MAX) await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  return folder;
}
