// The starter and the sweeper as Lambda functions: what they answer, print and throw; and the inbox on a real S3 server.
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createS3Client } from "../../adapters/s3/client.ts";
import { createS3Inbox } from "../../adapters/s3/inbox.ts";
import { createS3Store } from "../../adapters/s3/store.ts";
import type { InboxVersion } from "../../core/trigger/inbox.ts";
import { orderOfVersion } from "../../core/trigger/source-order.ts";
import { answerEvent, answerSweep, type TriggerHome } from "../../lambdas/trigger-functions.ts";
import { hasS3Server, type S3Server, startS3Server } from "../fixtures/s3-server.ts";
import { INBOX, jobText, objectCreated, type PutVersion, triggerHome } from "../fixtures/trigger-home.ts";

const version = (key: string, text: string): PutVersion => ({ key, version: "v1", modified_ms: 0, text });

function home(versions: readonly PutVersion[]): TriggerHome & { readonly lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  return { services: triggerHome(versions), write: (line) => lines.push(JSON.parse(line)), lines };
}

describe("the starter's function", () => {
  it("starts a run and says so", async () => {
    const place = home([version("jobs/a.yaml", jobText("a"))]);
    const answer = await answerEvent(objectCreated(INBOX, "jobs/a.yaml", "v1"), place);
    expect(answer).toMatchObject({ outcome: "started", run: expect.stringMatching(/^a-/) as string });
    expect(place.lines).toMatchObject([{ event: "trigger", outcome: "started" }]);
  });

  it("counts a refused job in a metric, and does not throw, since asking again can't help", async () => {
    const place = home([version("jobs/a.yaml", jobText("a", { device: "this-machine" }))]);
    const event = objectCreated(INBOX, "jobs/a.yaml", "v1");
    expect(await answerEvent(event, place)).toMatchObject({ outcome: "refused" });
    expect(place.lines[1]).toMatchObject({
      _aws: { CloudWatchMetrics: [{ Namespace: "Decant", Metrics: [{ Name: "JobsRefused" }] }] },
      JobsRefused: 1,
    });
  });

  it("refuses an event that it can't read, and passes over what is no job", async () => {
    const place = home([]);
    expect(await answerEvent({ foo: 1 }, place)).toMatchObject({ outcome: "refused" });
    const note = objectCreated(INBOX, "jobs/read-me.txt", "v1");
    expect(await answerEvent(note, place)).toMatchObject({ outcome: "ignored" });
  });

  it("throws what may succeed later, so that Lambda asks again", async () => {
    const place = home([version("jobs/a.yaml", jobText("a"))]);
    const start = () => Promise.reject(new Error("throttled"));
    const failing = { ...place, services: { ...place.services, executions: { start } } };
    const event = objectCreated(INBOX, "jobs/a.yaml", "v1");
    await expect(answerEvent(event, failing)).rejects.toThrow("throttled");
    await expect(answerSweep(failing)).rejects.toThrow("throttled");
    expect(await answerSweep(place)).toEqual({ started: 1 });
  });
});

describe.skipIf(!hasS3Server)("the inbox on a real S3 server", () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startS3Server();
    await server.createBucket("inbox", { versioned: true });
    await server.createBucket("store");
  }, 60_000);
  afterAll(() => server?.stop());

  it("gives versions newest first, their bytes, and what is gone as undefined; the starter runs on it", async () => {
    const { endpoint, credentials } = server;
    const client = createS3Client({ endpoint, credentials });
    const inbox = createS3Inbox({ client, bucket: "inbox" });
    const ids: string[] = [];
    const put = async (Key: string, Body: string | Uint8Array) => {
      const { VersionId } = await client.send(new PutObjectCommand({ Bucket: "inbox", Key, Body }));
      ids.push(VersionId!);
    };
    for (const name of ["one", "two", "three"]) await put("jobs/a.yaml", jobText(name));
    await put("jobs/a.yaml.bak", new Uint8Array());
    const found: InboxVersion[] = [];
    for await (const each of inbox.versions("jobs/")) found.push(each);
    const ofJob = found.filter(({ key }) => key === "jobs/a.yaml");
    expect(ofJob.map((each) => each.version)).toEqual(ids.slice(0, 3).reverse());
    const orders = ids.slice(0, 3).map((id) => orderOfVersion(ofJob, id)!);
    expect(orders).toEqual([...orders].sort());
    const text = async (key: string, id?: string) => {
      const bytes = await inbox.read(key, id);
      return bytes && new TextDecoder().decode(bytes);
    };
    expect(await text("jobs/a.yaml", ids[0])).toBe(jobText("one"));
    expect(await text("jobs/a.yaml")).toBe(jobText("three"));
    expect(await text("jobs/a.yaml.bak")).toBe("");
    expect(await text("jobs/none.yaml")).toBeUndefined();

    const store = createS3Store({ client, bucket: "store", prefix: "" });
    const services = { ...triggerHome([]), store, inbox };
    const place = { services, write: () => {} };
    const event = objectCreated("inbox", "jobs/a.yaml", ids[1]!);
    expect(await answerEvent(event, place)).toMatchObject({ outcome: "started" });
    expect(await answerEvent(event, place)).toMatchObject({ outcome: "already-settled" });
    expect(await answerSweep(place)).toEqual({ started: 2 });
    expect(services.started.size).toBe(3);
  }, 60_000);
});
