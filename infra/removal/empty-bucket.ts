// Empties a bucket when its stack is destroyed. Runs as a Lambda function that CloudFormation calls for a custom resource:
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requesttypes.html
import {
  DeleteObjectsCommand,
  ListObjectVersionsCommand,
  PutBucketPolicyCommand,
  S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";

export interface RemovalRequest {
  readonly RequestType: "Create" | "Update" | "Delete";
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: { readonly Bucket: string };
}

/** Answers CloudFormation whatever happens: without an answer it waits for an hour. */
export async function handler(request: RemovalRequest): Promise<void> {
  const reason = request.RequestType === "Delete" ? await problemOf(() => removeObjects(request)) : undefined;
  const { StackId, RequestId, LogicalResourceId, ResourceProperties } = request;
  const answer = await fetch(request.ResponseURL, {
    method: "PUT",
    headers: { "content-type": "" },
    body: JSON.stringify({
      Status: reason === undefined ? "SUCCESS" : "FAILED",
      ...(reason !== undefined && { Reason: reason }),
      PhysicalResourceId: request.PhysicalResourceId ?? `empty-${ResourceProperties.Bucket}`,
      StackId,
      RequestId,
      LogicalResourceId,
    }),
  });
  if (!answer.ok) throw new Error(`Expected CloudFormation to take the answer, got status ${answer.status}.`);
}

async function removeObjects({ ResourceProperties }: RemovalRequest): Promise<void> {
  const client = new S3Client({});
  const { Bucket } = ResourceProperties;
  await emptyBucket(client, Bucket);
  await refuseWriting(client, Bucket);
  await emptyBucket(client, Bucket); // of what came meanwhile
}

async function problemOf(work: () => Promise<void>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof S3ServiceException && error.name === "NoSuchBucket") return undefined;
    return String(error).slice(0, 1000);
  }
}

/** Access logs go on arriving for hours, and a bucket with one in it can't be deleted. */
async function refuseWriting(client: S3Client, bucket: string): Promise<void> {
  const statement = {
    Effect: "Deny",
    Principal: "*",
    Action: "s3:PutObject",
    Resource: `arn:${process.env.PARTITION ?? "aws"}:s3:::${bucket}/*`,
  };
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  await client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
}

/** Every version and delete marker, a page (1,000) at a time. */
export async function emptyBucket(client: S3Client, bucket: string): Promise<void> {
  for (;;) {
    const { Versions = [], DeleteMarkers = [] } = await client.send(new ListObjectVersionsCommand({ Bucket: bucket }));
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
    if (Objects.length === 0) return;
    const { Errors = [] } = await client.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }),
    );
    if (Errors[0]) throw new Error(`Expected to delete ${Errors[0].Key}, got ${Errors[0].Code}: ${Errors[0].Message}`);
  }
}
