// What starts a run: events and schedules are read without trust, and name one run however they are told.
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CLOUD_DEVICES, cloudJob } from "../../../core/trigger/cloud-job.ts";
import { executionName } from "../../../core/trigger/execution-name.ts";
import { parseEvent } from "../../../core/trigger/parse-event.ts";
import { scheduleInput } from "../../../core/trigger/schedule.ts";
import { orderOfSchedule, orderOfVersion } from "../../../core/trigger/source-order.ts";
import { INBOX, jobText, objectCreated } from "../../fixtures/trigger-home.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const bytes = (text: string) => new TextEncoder().encode(text);

describe("an event", () => {
  it("of a new job file is a trigger, the same at whatever time it is told", () => {
    const told = ["2030-01-01T00:00:00Z", "2031-01-01T00:00:00Z"].map((time) =>
      parseEvent(objectCreated(INBOX, "jobs/flowers.yaml", "v1", time), INBOX),
    );
    expect(told[0]).toEqual({ trigger: { bucket: INBOX, key: "jobs/flowers.yaml", version: "v1" } });
    expect(told[1]).toEqual(told[0]);
  });

  it("of a schedule is a trigger with its time in UTC", () => {
    const input = scheduleInput({ bucket: INBOX, key: "scheduled/flowers.yaml" });
    const at = (time: string) =>
      parseEvent(JSON.parse(input.replace("<aws.scheduler.scheduled-time>", time)) as unknown, INBOX);
    const trigger = { bucket: INBOX, key: "scheduled/flowers.yaml", time: "2030-01-01T03:00:00.000Z" };
    expect(at("2030-01-01T03:00:00Z")).toEqual({ trigger });
    expect(at("2030-01-01T04:00:00+01:00")).toEqual({ trigger });
    expect(at("never")).toHaveProperty("problem");
  });

  it("of something else under the prefix is ignored", () => {
    for (const key of ["jobs/", "jobs/notes.txt", "jobs/flowers.yaml.bak"])
      expect(parseEvent(objectCreated(INBOX, key, "v1"), INBOX)).toHaveProperty("ignored");
  });

  it.each([
    ["another bucket", objectCreated("other", "jobs/a.yaml", "v1")],
    ["another prefix", objectCreated(INBOX, "data/a.yaml", "v1")],
    ["no version", objectCreated(INBOX, "jobs/a.yaml", "")],
    ["another kind", { "detail-type": "Object Deleted", detail: {} }],
    ["a schedule of another prefix", { schedule: { bucket: INBOX, key: "jobs/a.yaml", time: "2030-01-01T00:00:00Z" } }],
    ["a schedule of another bucket", { schedule: { bucket: "other", key: "scheduled/a.yaml", time: "2030-01-01" } }],
  ])("of %s is refused", (_, event) => {
    expect(parseEvent(event, INBOX)).toHaveProperty("problem");
  });

  it("of any content never throws", () => {
    fc.assert(
      fc.property(fc.anything(), (event) => {
        expect(Object.keys(parseEvent(event, INBOX))).toHaveLength(1);
      }),
    );
  });
});

describe("an execution's name", () => {
  it("is one that Step Functions takes, another for each trigger", () => {
    const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(text, text, text, (key, a, b) => {
        const [first, second] = [a, b].map((version) => executionName({ bucket: INBOX, key, version }, sha256));
        expect(first).toMatch(/^[A-Za-z0-9_-]{1,80}$/);
        expect(first === second).toBe(a === b);
      }),
    );
  });

  it("begins with the file's name and differs between bucket, key, version and time", () => {
    const names = [
      { bucket: "a", key: "jobs/flowers.yaml", version: "v" },
      { bucket: "b", key: "jobs/flowers.yaml", version: "v" },
      { bucket: "a", key: "jobs/more/flowers.yaml", version: "v" },
      { bucket: "a", key: "jobs/flowers.yaml", version: "w" },
      { bucket: "a", key: "jobs/flowers.yaml", time: "v" },
    ].map((trigger) => executionName(trigger, sha256));
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^flowers-[0-9a-f]{24}$/);
  });
});

describe("the order of sources", () => {
  const version = (id: string, modified_ms: number) => ({ key: "jobs/a.yaml", version: id, modified_ms });

  it("is the order in which versions were put, those of one second included", () => {
    const versions = [version("d", 9000), version("c", 5000), version("b", 5000), version("a", 1000)];
    const orders = ["a", "b", "c", "d"].map((id) => orderOfVersion(versions, id)!);
    expect(orders).toEqual([...orders].sort());
    expect(new Set(orders).size).toBe(4);
  });

  it("of a version stays when newer ones come", () => {
    const before = [version("b", 5000), version("a", 5000)];
    const after = [version("c", 5000), ...before];
    for (const id of ["a", "b"]) expect(orderOfVersion(after, id)).toBe(orderOfVersion(before, id));
  });

  it("is unknown of a version that is gone", () => {
    expect(orderOfVersion([version("a", 1)], "b")).toBeUndefined();
  });

  it("of a schedule lies among those of versions by time", () => {
    const scheduled = orderOfSchedule({ bucket: INBOX, key: "k", time: "1970-01-01T00:00:05.500Z" });
    expect(scheduled > orderOfVersion([version("a", 5000)], "a")!).toBe(true);
    expect(scheduled < orderOfVersion([version("a", 6000)], "a")!).toBe(true);
  });
});

describe("a job file in the inbox", () => {
  const read = (change: Parameters<typeof jobText>[1]) =>
    cloudJob(bytes(jobText("flowers", change)), INBOX, "jobs/f.yaml");

  it("means the inbox by a relative path", () => {
    expect(read({ source: "data/flowers/" })).toMatchObject({
      job: { data: { source: `s3://${INBOX}/data/flowers/` } },
    });
    expect(read({ source: "./data//m.csv" })).toMatchObject({ job: { data: { source: `s3://${INBOX}/data/m.csv` } } });
    expect(read({ source: "s3://other/x/" })).toMatchObject({ job: { data: { source: "s3://other/x/" } } });
  });

  it.each(["../secrets", "a/../../b", "/etc", "C:\\data", "."])("may not name the path %s", (source) => {
    expect(read({ source: source.replaceAll("\\", "\\\\") })).toMatchObject({
      problems: [{ where: "jobs/f.yaml (/data/source)" }],
    });
  });

  it("is refused for this-machine, with the list of devices that the cloud measures", () => {
    expect(CLOUD_DEVICES).toEqual(["lambda-arm64", "lambda-x86-64"]);
    const { problems } = read({ device: "this-machine" }) as { problems: { message: string }[] };
    for (const device of CLOUD_DEVICES) expect(problems[0]?.message).toContain(device);
  });

  it("is refused for more threads than a measuring function has", () => {
    expect(read({ device: "lambda-arm64, threads: 2" })).toMatchObject({
      problems: [{ message: expect.stringContaining("one vCPU, got 2"), where: "jobs/f.yaml (/target/threads)" }],
    });
  });

  it("is refused with every problem at once, or for not being text", () => {
    const { problems } = read({ device: "this-machine", source: "../x" }) as { problems: unknown[] };
    expect(problems).toHaveLength(2);
    expect(cloudJob(new Uint8Array([0xff, 0xfe]), INBOX, "jobs/f.yaml")).toHaveProperty("problems");
  });
});
