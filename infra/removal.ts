// Buckets that go with the stack: CloudFormation deletes only empty ones, so a function empties them first. The construct
// library has one of its own, which may do more than it needs to.

import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import { CustomResource, Stack } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { NodeFunction } from "./functions/node-function.ts";
import type { Packed } from "./functions/pack.ts";

export interface RemovalProps {
  readonly packed: Packed;
  /** By a name for the construct. */
  readonly buckets: Readonly<Record<string, IBucket>>;
  readonly log_days: number;
}

export class Removal extends Construct {
  constructor(scope: Construct, id: string, { packed, buckets, log_days }: RemovalProps) {
    super(scope, id);
    const all = Object.values(buckets);
    const emptier = new NodeFunction(this, "EmptyBucket", {
      handler: "EmptyBucket",
      description: "Empties the buckets that are deleted with the stack",
      packed,
      architecture: "arm64",
      memory_mb: 512,
      storage_mb: 512,
      environment: { PARTITION: Stack.of(this).partition },
      statements: [
        new PolicyStatement({
          sid: "EmptyBuckets",
          actions: ["s3:ListBucketVersions", "s3:PutBucketPolicy"],
          resources: all.map((bucket) => bucket.bucketArn),
        }),
        new PolicyStatement({
          sid: "DeleteObjects",
          actions: ["s3:DeleteObject", "s3:DeleteObjectVersion"],
          resources: all.map((bucket) => bucket.arnForObjects("*")),
        }),
      ],
      log_days,
    });
    for (const [name, bucket] of Object.entries(buckets)) {
      const resource = new CustomResource(this, name, {
        resourceType: "Custom::EmptyBucket",
        serviceToken: emptier.function.functionArn,
        properties: { Bucket: bucket.bucketName },
      });
      // Emptied first of all: while the function still has its rights, and the bucket its policy, which is replaced.
      resource.node.addDependency(emptier.role);
      if (bucket.policy) resource.node.addDependency(bucket.policy);
    }
  }
}
