// The buckets: inbox (jobs and data come in) and artifact (the store: steps, runs, aliases), apart, so that an artifact can
// never start a run; and one for their access logs.

import { AnyPrincipal, Effect, PolicyStatement } from "aws-cdk-lib/aws-iam";
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  type CfnBucket,
  type LifecycleRule,
} from "aws-cdk-lib/aws-s3";
import { Duration, RemovalPolicy } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import type { Settings } from "./settings.ts";

const ABORTED_UPLOADS: LifecycleRule = { id: "aborted-uploads", abortIncompleteMultipartUploadAfter: Duration.days(1) };
/** Deleted and replaced objects: long enough to undo a mistake. */
const OLD_VERSIONS_DAYS = 30;
/** Of steps, which can be made again: a checkpoint replaces the last one as often as every 30 seconds. */
const OLD_STEP_VERSIONS_DAYS = 1;

export class Storage extends Construct {
  readonly inbox: Bucket;
  readonly artifact: Bucket;
  readonly logs: Bucket;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    this.logs = new Bucket(this, "Logs", {
      ...guarded(RemovalPolicy.DESTROY),
      lifecycleRules: [
        { id: "logs", expiration: Duration.days(settings.log_days) },
        ABORTED_UPLOADS,
        oldVersions(OLD_VERSIONS_DAYS),
      ],
    });
    this.inbox = new Bucket(this, "Inbox", {
      ...guarded(RemovalPolicy.DESTROY),
      serverAccessLogsBucket: this.logs,
      serverAccessLogsPrefix: "inbox/",
      lifecycleRules: [ABORTED_UPLOADS, oldVersions(OLD_VERSIONS_DAYS)],
    });
    this.artifact = new Bucket(this, "Artifact", {
      ...guarded(settings.destroy_artifacts ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN),
      serverAccessLogsBucket: this.logs,
      serverAccessLogsPrefix: "artifact/",
      // Only steps/ expires: what runs/ and aliases/ hold (reports, artifacts, champions) stays.
      lifecycleRules: [
        { id: "steps", prefix: "steps/", expiration: Duration.days(settings.step_days) },
        ABORTED_UPLOADS,
        oldVersions(OLD_STEP_VERSIONS_DAYS, "steps/"),
      ],
    });
    announceObjects(this.inbox);
    for (const bucket of [this.logs, this.inbox, this.artifact]) refuseForeignEncryption(bucket);
  }
}

function guarded(removalPolicy: RemovalPolicy): BucketProps {
  return {
    versioned: true,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    removalPolicy,
  };
}

/** Said in the bucket itself: the construct library's own way deploys a function with broad rights for it. */
function announceObjects(bucket: Bucket): void {
  const resource = bucket.node.defaultChild as CfnBucket;
  resource.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
}

function oldVersions(days: number, prefix?: string): LifecycleRule {
  return {
    id: "old-versions",
    ...(prefix !== undefined && { prefix }),
    noncurrentVersionExpiration: Duration.days(days),
    expiredObjectDeleteMarker: prefix === undefined,
  };
}

/**
 * S3 encrypts what comes without a wish under the bucket's key. What is left to refuse is a wish for something else: above
 * all a key of the sender's own (SSE-C), which would lock the owner out.
 */
function refuseForeignEncryption(bucket: Bucket): void {
  const refusal = {
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ["s3:PutObject"],
    resources: [bucket.arnForObjects("*")],
  };
  bucket.addToResourcePolicy(
    new PolicyStatement({
      ...refusal,
      sid: "RefuseOtherEncryption",
      conditions: {
        Null: { "s3:x-amz-server-side-encryption": "false" },
        StringNotEquals: { "s3:x-amz-server-side-encryption": "AES256" },
      },
    }),
  );
  bucket.addToResourcePolicy(
    new PolicyStatement({
      ...refusal,
      sid: "RefuseSendersKeys",
      conditions: { Null: { "s3:x-amz-server-side-encryption-customer-algorithm": "false" } },
    }),
  );
}
