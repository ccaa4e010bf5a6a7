// A Lambda function's services on a real S3 server: a step done by one function is found by the next.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createS3Client } from "../../adapters/s3/client.ts";
import { TASK_PACKAGES } from "../../core/workflow/task-packages.ts";
import { createCloudServices } from "../../lambdas/cloud-services.ts";
import { readOutput, runStep } from "../../lambdas/run-step.ts";
import { hasS3Server, type S3Server, startS3Server } from "../fixtures/s3-server.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";

describe.skipIf(!hasS3Server)("the services of a Lambda function", () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startS3Server();
    await server.createBucket("store");
  }, 60_000);
  afterAll(() => server?.stop());

  const open = () =>
    createCloudServices({
      client: createS3Client({ endpoint: server.endpoint, credentials: server.credentials }),
      environment: {
        STORE_BUCKET: "store",
        STORE_PREFIX: "decant",
        CACHE_FOLDER: temporaryFolder(),
        TASK_MACHINE: "fargate",
        TASK_THREADS: "4",
        TASK_PACKAGE_VERSIONS: JSON.stringify(Object.fromEntries(TASK_PACKAGES.map((name) => [name, "1"]))),
      },
      signal: new AbortController().signal,
      progress: () => {},
    });

  it("share what a step wrote, and name it by its s3:// address", async () => {
    const request = { step: "plan" as const, upstream: [], slice: { a: 1 }, environment: {} };
    const first = await open();
    const { pointer } = await runStep(first, request, async () => ({ answer: 42 }));
    const second = await open();
    const again = await runStep(second, request, () => Promise.reject(new Error("it was done")));
    expect(again.pointer).toEqual(pointer);
    expect(await readOutput(second, pointer)).toEqual({ answer: 42 });
    expect(second.files.addressOf(pointer)).toBe(`s3://store/decant/steps/plan/${pointer.key}`);
    expect(second.task_machine).toMatchObject({ cpu_model: "fargate", cores: 4, architecture: "x64" });
  }, 60_000);

  it("refuse a function without a bucket by the variable's name", async () => {
    const options = { environment: {}, signal: new AbortController().signal, progress: () => {} };
    await expect(createCloudServices(options)).rejects.toMatchObject({
      code: "Defect",
      message: expect.stringContaining("STORE_BUCKET") as string,
    });
  });
});
