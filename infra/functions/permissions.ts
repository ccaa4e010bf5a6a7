// What each handler may do in the buckets: everything reads the store, each writes the one step that is its own, and only
// what ends a run writes beside it. Prefixes below a name are hashes or runs, so each ends in a star.

import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import { Stack } from "aws-cdk-lib/core";
import { JOBS_PREFIX, SCHEDULED_PREFIX } from "../../core/workflow/deployment.ts";

export interface Buckets {
  readonly inbox: IBucket;
  readonly artifact: IBucket;
}

/** Patterns are of keys in the store. */
export interface StoreAccess {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  readonly deletes: readonly string[];
  /** The data of jobs. */
  readonly readsInbox: boolean;
}

const READ_BY_ALL = ["runs/*", "steps/*"];

/** By handler, what it needs beside reading finished steps and runs; one that is not here needs no more. */
const ACCESS: Readonly<Record<string, Partial<StoreAccess>>> = {
  Certify: { writes: ["steps/certify/*"] },
  CompressKey: { writes: ["steps/compress/*"] },
  Decide: { writes: ["steps/decide/*"] },
  FineTuneKey: { writes: ["steps/fine-tune/*"] },
  Measure: { writes: ["steps/measure/*"] },
  Plan: {
    reads: ["aliases/*", "cache/content-hashes/*"],
    writes: ["aliases/*/splits.json", "cache/content-hashes/*", "steps/plan/*"],
    readsInbox: true,
  },
  PrepareData: { writes: ["steps/prepare-data/*", "steps/prepare-shard/*"], readsInbox: true },
  PrepareShard: { writes: ["steps/prepare-shard/*"], readsInbox: true },
  ProfileKey: { writes: ["steps/profile/*"] },
  Propose: { writes: ["steps/propose/*"] },
  Publish: {
    reads: ["aliases/*"],
    writes: ["aliases/*", "runs/*/artifact/*", "runs/*/test-predictions.json"],
    deletes: ["runs/*/artifact/*"],
  },
  Quantize: { writes: ["steps/quantize/*"] },
  RecordFailure: { writes: ["runs/*/failure.json"] },
  Report: { writes: ["runs/*/report.html", "runs/*/report.json", "steps/report/*"] },
  StartRun: { reads: ["triggers/*"], writes: ["runs/*/job.json", "runs/*/refusal.json", "triggers/*"] },
  Sweep: { reads: ["triggers/*"], writes: ["runs/*/job.json", "runs/*/refusal.json", "triggers/*"] },
};

export function storeAccess(handler: string): StoreAccess {
  const { reads = [], writes = [], deletes = [], readsInbox = false } = ACCESS[handler] ?? {};
  return { reads: [...reads, ...READ_BY_ALL], writes, deletes, readsInbox };
}

/** Job files in the inbox: those that start a run when they are put there, and those that a schedule starts. */
export const JOB_FILES = [`${JOBS_PREFIX}*`, `${SCHEDULED_PREFIX}*`];

/** @param data_buckets names of buckets beside the inbox that jobs may name data in */
export function storeStatements(
  handler: string,
  { inbox, artifact }: Buckets,
  data_buckets: readonly string[] = [],
): PolicyStatement[] {
  const { reads, writes, deletes, readsInbox } = storeAccess(handler);
  const others = data_buckets.map((name) => `arn:${Stack.of(artifact).partition}:s3:::${name}`);
  const objects = (patterns: readonly string[]) => patterns.map((pattern) => artifact.arnForObjects(pattern));
  return [
    new PolicyStatement({
      sid: "ReadStore",
      actions: ["s3:GetObject"],
      resources: objects(reads),
    }),
    new PolicyStatement({
      // Without it S3 answers that an absent object is forbidden; on a condition on the prefix it answers so, too.
      sid: "ListStore",
      actions: ["s3:ListBucket"],
      resources: [artifact.bucketArn],
    }),
    ...(writes.length > 0
      ? [
          new PolicyStatement({
            sid: "WriteStore",
            actions: ["s3:AbortMultipartUpload", "s3:PutObject"],
            resources: objects(writes),
          }),
        ]
      : []),
    ...(deletes.length > 0
      ? [new PolicyStatement({ sid: "DeleteReplaced", actions: ["s3:DeleteObject"], resources: objects(deletes) })]
      : []),
    ...(readsInbox
      ? [
          new PolicyStatement({
            sid: "ReadData",
            actions: ["s3:GetObject"],
            resources: [inbox.arnForObjects("*"), ...others.map((arn) => `${arn}/*`)],
          }),
          new PolicyStatement({ sid: "ListData", actions: ["s3:ListBucket"], resources: [inbox.bucketArn, ...others] }),
        ]
      : []),
  ];
}

/** What starting runs needs of the inbox: job files and their versions. */
export function jobFileStatements({ inbox }: Buckets): PolicyStatement[] {
  return [
    new PolicyStatement({
      sid: "ReadJobs",
      actions: ["s3:GetObject", "s3:GetObjectVersion"],
      resources: JOB_FILES.map((pattern) => inbox.arnForObjects(pattern)),
    }),
    new PolicyStatement({
      sid: "ListJobs",
      actions: ["s3:ListBucket", "s3:ListBucketVersions"],
      resources: [inbox.bucketArn],
    }),
  ];
}
