// The store in a bucket of a real S3 server, and what only a bucket can get wrong: rights, pages, damage, lost answers.
import { createHash, randomUUID } from "node:crypto";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createS3Client } from "../../../adapters/s3/client.ts";
import { inLanes } from "../../../adapters/s3/lanes.ts";
import { createS3Store } from "../../../adapters/s3/store.ts";
import { hasS3Server, type S3Server, startS3Server } from "../../fixtures/s3-server.ts";
import { listed, storeContract } from "./store-contract.ts";

const BUCKET = "decant-store";

describe.skipIf(!hasS3Server)("with an S3 server", () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startS3Server();
    await server.createBucket(BUCKET);
  }, 60_000);
  afterAll(() => server?.stop());

  const client = (credentials = server.credentials) =>
    createS3Client({ endpoint: server.endpoint, region: server.region, credentials });
  const bytes = (text: string) => new TextEncoder().encode(text);

  storeContract(
    "a bucket",
    () => {
      const place = { bucket: BUCKET, prefix: `contract/${randomUUID()}` };
      return {
        store: createS3Store({ client: client(), ...place }),
        again: () => createS3Store({ client: client(), ...place }),
      };
    },
    { races: 4 },
  );

  const open = () => {
    const prefix = `own/${randomUUID()}`;
    return { prefix, store: createS3Store({ client: client(), bucket: BUCKET, prefix }) };
  };

  it("lists more than one page of a thousand", { timeout: 120_000 }, async () => {
    const { prefix, store } = open();
    const one = client();
    const names = Array.from({ length: 1003 }, (_, index) => `n/${String(index).padStart(4, "0")}`);
    await inLanes(names, 16, async (name) => {
      await one.send(new PutObjectCommand({ Bucket: BUCKET, Key: `${prefix}/${name}`, Body: "x" }));
    });
    expect(await listed(store, "n/")).toEqual(names);
  });

  it("does not list what has no path in a store: folder markers, names that the rules refuse", async () => {
    const { prefix, store } = open();
    for (const name of ["a/", "a/é.txt", "a/b"]) {
      await client().send(new PutObjectCommand({ Bucket: BUCKET, Key: `${prefix}/${name}`, Body: "x" }));
    }
    expect(await listed(store, "")).toEqual(["a/b"]);
  });

  it("refuses an object whose bytes are not the ones that were put", async () => {
    const { prefix, store } = open();
    await store.putIfAbsent("x", bytes("one"));
    const Metadata = { sha256: createHash("sha256").update("one").digest("hex") };
    await client().send(new PutObjectCommand({ Bucket: BUCKET, Key: `${prefix}/x`, Body: "two", Metadata }));
    await expect(store.get("x")).rejects.toMatchObject({ code: "StoreFailed", message: /Checksum mismatch/ });
  });

  it("works at the root of a bucket as well", async () => {
    await server.createBucket("decant-root");
    const store = createS3Store({ client: client(), bucket: "decant-root", prefix: "" });
    expect(await store.putIfAbsent("runs/r/job.json", bytes("one"))).toBe(true);
    expect(await listed(store, "runs/")).toEqual(["runs/r/job.json"]);
  });

  it.each([
    [
      "that is missing",
      () => createS3Store({ client: client(), bucket: "decant-missing", prefix: "" }),
      /no such bucket/,
    ],
    [
      "where this user may only read",
      () => createS3Store({ client: client(server.reader), bucket: BUCKET, prefix: "" }),
      /not allowed/,
    ],
    [
      "whose server does not know the key",
      () =>
        createS3Store({
          client: client({ accessKeyId: "nobody", secretAccessKey: "nothing" }),
          bucket: BUCKET,
          prefix: "",
        }),
      /credentials are missing, wrong or expired/,
    ],
  ])("says in one clear error what is wrong with a bucket %s, without trying again", async (_, open, reason) => {
    const error = await open()
      .putIfAbsent("runs/r/job.json", bytes("x"))
      .then(
        () => undefined,
        (thrown) => thrown,
      );
    expect(error).toMatchObject({ code: "StoreFailed", message: expect.stringMatching(reason) });
    expect(error.message).toContain("write runs/r/job.json");
    expect(error.cause.$metadata.attempts).toBe(1);
  });
});
