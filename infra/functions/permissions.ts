// The policy statements that give functions what infra/functions/store-access.ts says they need of the buckets.
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import { Stack } from "aws-cdk-lib/core";
import { JOBS_PREFIX, SCHEDULED_PREFIX } from "../../core/workflow/deployment.ts";
import { storeAccess } from "./store-access.ts";

export interface Buckets {
  readonly inbox: IBucket;
  readonly artifact: IBucket;
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
