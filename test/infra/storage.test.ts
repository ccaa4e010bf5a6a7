// The buckets: closed, encrypted, versioned, and what of them outlives the stack.
import { Match } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import { stackTemplate } from "../fixtures/stack-template.ts";

const { template, resources } = stackTemplate({ stepDays: "7" });
const buckets = Object.entries(resources("AWS::S3::Bucket"));
const named = (name: string) => buckets.find(([id]) => id.startsWith(`Storage${name}`))!;

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Condition?: Readonly<Record<string, unknown>>;
}

function statementsOf(bucket: string): readonly Statement[] {
  const [policy] = Object.values(resources("AWS::S3::BucketPolicy")).filter(
    ({ Properties }) => Properties.Bucket.Ref === bucket,
  );
  return policy!.Properties.PolicyDocument.Statement;
}

describe.each(buckets)("the bucket %s", (id, { Properties }) => {
  it("is versioned, encrypted and closed to the public", () => {
    expect(Properties).toMatchObject({
      VersioningConfiguration: { Status: "Enabled" },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
      },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    });
  });

  it("refuses requests without TLS, with other encryption, and with the sender's own keys", () => {
    const conditions = statementsOf(id)
      .filter(({ Effect }) => Effect === "Deny")
      .map(({ Condition }) => Condition);
    expect(conditions).toEqual(
      expect.arrayContaining([
        { Bool: { "aws:SecureTransport": "false" } },
        { NumericLessThan: { "s3:TlsVersion": 1.2 } },
        {
          Null: { "s3:x-amz-server-side-encryption": "false" },
          StringNotEquals: { "s3:x-amz-server-side-encryption": "AES256" },
        },
        { Null: { "s3:x-amz-server-side-encryption-customer-algorithm": "false" } },
      ]),
    );
  });

  it("gives up uploads that were cut off after a day", () => {
    const { Rules } = Properties.LifecycleConfiguration;
    expect(Rules).toContainEqual(
      expect.objectContaining({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 }, Status: "Enabled" }),
    );
  });
});

describe("the inbox", () => {
  it("tells EventBridge of its objects; the artifact bucket does not, so that an artifact never starts a run", () => {
    expect(named("Inbox")[1].Properties.NotificationConfiguration).toEqual({
      EventBridgeConfiguration: { EventBridgeEnabled: true },
    });
    expect(named("Artifact")[1].Properties.NotificationConfiguration).toBeUndefined();
  });
});

describe("the artifact bucket", () => {
  it("expires step outputs after the chosen days, and nothing else", () => {
    const Rules: Record<string, unknown>[] = named("Artifact")[1].Properties.LifecycleConfiguration.Rules;
    const expiring = Rules.filter((rule) => "ExpirationInDays" in rule);
    expect(expiring).toEqual([expect.objectContaining({ Prefix: "steps/", ExpirationInDays: 7 })]);
    for (const rule of Rules.filter((each) => "NoncurrentVersionExpiration" in each)) {
      // Checkpoints replace each other by the minute, and steps can be made again: nothing to undo.
      expect(rule).toMatchObject({ Prefix: "steps/", NoncurrentVersionExpiration: { NoncurrentDays: 1 } });
    }
  });

  it("outlives the stack, and goes with it only by choice", () => {
    expect(named("Artifact")[1].DeletionPolicy).toBe("Retain");
    const chosen = stackTemplate({ destroyArtifacts: "true" });
    const bucket = Object.entries(chosen.resources("AWS::S3::Bucket")).find(([id]) => id.startsWith("StorageArtifact"));
    expect(bucket?.[1].DeletionPolicy).toBe("Delete");
    expect(Object.keys(chosen.resources("Custom::EmptyBucket"))).toHaveLength(3);
  });
});

describe("what is left of a destroyed stack", () => {
  it("is the artifact bucket alone", () => {
    const kept = Object.entries(resources()).filter(
      ([, { DeletionPolicy }]) => DeletionPolicy !== undefined && DeletionPolicy !== "Delete",
    );
    expect(kept.map(([, { Type }]) => Type)).toEqual(
      ["AWS::S3::Bucket", "AWS::S3::BucketPolicy"].slice(0, kept.length),
    );
    // Without a policy of its own a log group, a registry or a queue is deleted; each bucket that goes is emptied first.
    template.resourceCountIs("Custom::EmptyBucket", 2);
    template.hasResourceProperties("AWS::ECR::Repository", Match.objectLike({ EmptyOnDelete: true }));
  });
});
