// What empties a bucket before CloudFormation deletes it, against a real S3 server and a stand-in for CloudFormation's answer.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { DeleteObjectCommand, ListObjectVersionsCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { createS3Client } from "../../adapters/s3/client.ts";
import { emptyBucket, handler, type RemovalRequest } from "../../infra/removal/empty-bucket.ts";
import { hasS3Server, type S3Server, startS3Server } from "../fixtures/s3-server.ts";

/** Takes one answer, as the URL that CloudFormation signs does. */
async function answerOf(work: (url: string) => Promise<void>): Promise<Record<string, unknown>> {
  let body = "";
  const server = createServer((request, response) => {
    request.setEncoding("utf8").on("data", (text: string) => {
      body += text;
    });
    request.on("end", () => response.end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}/answer`);
  } finally {
    server.close();
  }
  return JSON.parse(body);
}

const request = (RequestType: RemovalRequest["RequestType"], Bucket: string, ResponseURL: string): RemovalRequest => ({
  RequestType,
  ResponseURL,
  StackId: "stack",
  RequestId: "request",
  LogicalResourceId: "EmptyInbox",
  ResourceProperties: { Bucket },
});

describe.skipIf(!hasS3Server)("the function that empties buckets", () => {
  let server: S3Server;
  let client: S3Client;

  beforeAll(async () => {
    server = await startS3Server();
    const { endpoint, region, credentials } = server;
    client = createS3Client({ endpoint, region, credentials });
  }, 60_000);
  afterAll(() => server?.stop());
  afterEach(() => vi.unstubAllEnvs());

  async function fill(Bucket: string): Promise<void> {
    await server.createBucket(Bucket, { versioned: true });
    for (const Key of ["a", "b/c", "a"]) await client.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
    await client.send(new DeleteObjectCommand({ Bucket, Key: "b/c" })); // leaves a marker
  }

  async function left(Bucket: string): Promise<number> {
    const { Versions = [], DeleteMarkers = [] } = await client.send(new ListObjectVersionsCommand({ Bucket }));
    return Versions.length + DeleteMarkers.length;
  }

  it("leaves no version and no delete marker", async () => {
    await fill("filled");
    expect(await left("filled")).toBe(4);
    await emptyBucket(client, "filled");
    expect(await left("filled")).toBe(0);
  });

  it("does so when the stack is deleted, and tells CloudFormation", async () => {
    await fill("deleted");
    for (const [name, value] of Object.entries(server.environment)) vi.stubEnv(name, value);
    const answer = await answerOf((url) => handler(request("Delete", "deleted", url)));
    expect(answer).toMatchObject({ Status: "SUCCESS", StackId: "stack", LogicalResourceId: "EmptyInbox" });
    expect(await left("deleted")).toBe(0);
  });

  it("touches nothing when the stack is made or changed", async () => {
    await fill("kept");
    for (const kind of ["Create", "Update"] as const) {
      expect(await answerOf((url) => handler(request(kind, "kept", url)))).toMatchObject({ Status: "SUCCESS" });
    }
    expect(await left("kept")).toBe(4);
  });

  it("counts a bucket that is gone as empty, and tells what went wrong otherwise", async () => {
    for (const [name, value] of Object.entries(server.environment)) vi.stubEnv(name, value);
    const gone = await answerOf((url) => handler(request("Delete", "never-there", url)));
    expect(gone).toMatchObject({ Status: "SUCCESS" });
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "wrong");
    await fill("denied");
    const denied = await answerOf((url) => handler(request("Delete", "denied", url)));
    expect(denied).toMatchObject({ Status: "FAILED", Reason: expect.stringContaining("SignatureDoesNotMatch") });
  });
});
