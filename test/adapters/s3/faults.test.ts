// A bucket behind a bad network: what passes is survived and loses nothing, what stays is told once.
import { randomBytes, randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { createS3Client } from "../../../adapters/s3/client.ts";
import { request } from "../../../adapters/s3/request.ts";
import { createS3StepFiles } from "../../../adapters/s3/step-files.ts";
import { createS3Store } from "../../../adapters/s3/store.ts";
import type { Store } from "../../../core/store/store.ts";
import { type Fault, startFaultyProxy } from "../../fixtures/faulty-proxy.ts";
import { hasS3Server, type S3Server, startS3Server } from "../../fixtures/s3-server.ts";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";
import { listed } from "../store/store-contract.ts";

const BUCKET = "decant-faults";
const ALL: readonly Fault[] = ["cut-body", "cut-connection", "internal-error", "lost-answer", "slow-down", "stall"];
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (object: { bytes: Uint8Array } | undefined) => new TextDecoder().decode(object?.bytes ?? new Uint8Array());

describe.skipIf(!hasS3Server)("a bucket of which 30 % of the requests fail", () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startS3Server();
    await server.createBucket(BUCKET);
  }, 60_000);
  afterAll(() => server?.stop());

  async function open(faults: readonly Fault[], { rate = 0.3, stalled_ms_max = 400, seed = 1 } = {}) {
    const proxy = await startFaultyProxy(server.endpoint, { rate, faults, seed });
    onTestFinished(() => proxy.stop());
    const { credentials } = server;
    const client = createS3Client({ endpoint: proxy.endpoint, credentials, stalled_ms_max });
    const place = { client, bucket: BUCKET, prefix: `faults/${randomUUID()}` };
    const stepFiles = () => createS3StepFiles({ ...place, cache: temporaryFolder() });
    return { proxy, store: createS3Store(place), stepFiles };
  }

  const raise = async (store: Store, times: number) => {
    await store.putIfAbsent("n", bytes("0"));
    for (let done = 0; done < times; ) {
      const found = (await store.get("n"))!;
      if (await store.putIfUnchanged("n", bytes(String(Number(text(found)) + 1)), found.etag)) done += 1;
    }
    return Number(text(await store.get("n")));
  };

  it.each(ALL)(
    "counts right in spite of: %s",
    async (fault) => {
      const { proxy, store } = await open([fault]);
      expect(await raise(store, 8)).toBe(8);
      expect(proxy.counts[fault]).toBeGreaterThan(0);
    },
    120_000,
  );

  it("gives every create one winner, also where the winner's answer was lost", async () => {
    const { proxy, store } = await open(["lost-answer", "cut-connection"], { rate: 0.5 });
    for (let round = 0; round < 5; round += 1) {
      const won = await Promise.all([0, 1, 2].map((who) => store.putIfAbsent(`x/${round}`, bytes(String(who)))));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(text(await store.get(`x/${round}`))).toBe(String(won.indexOf(true)));
    }
    expect(await listed(store, "x/")).toHaveLength(5);
    expect(proxy.counts["lost-answer"] + proxy.counts["cut-connection"]).toBeGreaterThan(3);
  }, 120_000);

  it("keeps a step with a file in parts, and hands it to another machine", async () => {
    const { stepFiles } = await open(ALL, { stalled_ms_max: 3000, seed: 3 });
    const pointer = { step: "plan", key: "k" };
    const files = stepFiles();
    const attempt = await files.begin(pointer);
    const contents = { big: randomBytes(66_000_000), small: Buffer.from("abc"), empty: Buffer.alloc(0) };
    for (const [name, content] of Object.entries(contents)) writeFileSync(join(attempt.folder, name), content);
    const record = await attempt.commit();
    const other = stepFiles();
    expect(await other.find(pointer)).toEqual(record);
    const folder = await other.folderOf(pointer);
    for (const [name, content] of Object.entries(contents)) {
      expect(readFileSync(join(folder, name)).equals(content)).toBe(true);
    }
  }, 180_000);

  it("waits out a stall of 5 s that is shorter than what a client takes for dead", async () => {
    const { store } = await open(["stall"], { rate: 1, stalled_ms_max: 10_000 });
    expect(await store.putIfAbsent("x", bytes("one"))).toBe(true);
  }, 60_000);

  it("says once, in clear words, that it keeps failing", async () => {
    const { proxy, store } = await open(["slow-down"], { rate: 1 });
    const message = new RegExp(`write .*/x in the bucket ${BUCKET}, but it kept failing.*SlowDown`);
    await expect(store.putIfAbsent("x", bytes("one"))).rejects.toMatchObject({
      code: "StoreFailed",
      message: expect.stringMatching(message),
    });
    expect(proxy.counts.requests).toBeLessThanOrEqual(18);
  }, 60_000);
});

describe("a service that refuses", () => {
  async function refusing(status: number, code: string) {
    let requests = 0;
    const server = createServer((incoming, outgoing) => {
      requests += 1;
      incoming.resume();
      outgoing.writeHead(status, { "content-type": "application/xml" });
      outgoing.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>made up by a test</Message></Error>`);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const address = server.address();
    const endpoint = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
    const client = createS3Client({ endpoint, credentials: { accessKeyId: "a", secretAccessKey: "b" } });
    return { store: createS3Store({ client, bucket: "decant-refused", prefix: "" }), requests: () => requests };
  }

  it.each([
    [403, "AccessDenied", "s3:GetObject, s3:PutObject and s3:ListBucket"],
    [403, "SignatureDoesNotMatch", "sign in again"],
    [400, "ExpiredToken", "sign in again"],
    [404, "NoSuchBucket", "create it, or mend the address"],
    [403, "RequestTimeTooSkewed", "this machine's clock is wrong"],
    [400, "AuthorizationHeaderMalformed", "set AWS_REGION"],
  ])("with %i %s is asked at most twice, and the error says how to mend it", async (status, code, mend) => {
    const { store, requests } = await refusing(status, code);
    const action = store.get("runs/r/job.json");
    await expect(action).rejects.toMatchObject({ code: "StoreFailed", message: expect.stringContaining(mend) });
    await expect(action).rejects.toThrow("read runs/r/job.json in the bucket decant-refused");
    // The SDK itself corrects its clock once.
    expect(requests()).toBeLessThanOrEqual(code === "RequestTimeTooSkewed" ? 3 : 1);
  });

  it.each([
    ["this program's own", new TypeError("x is undefined")],
    ["the local disk's", Object.assign(new Error("ENOSPC"), { code: "ENOSPC" })],
  ])("is told apart from an error of %s, which stays as it is", async (_, error) => {
    let tries = 0;
    const broken = request({ bucket: "b", action: "read x" }, () => {
      tries += 1;
      return Promise.reject(error);
    });
    await expect(broken).rejects.toBe(error);
    expect(tries).toBe(1);
  });
});
