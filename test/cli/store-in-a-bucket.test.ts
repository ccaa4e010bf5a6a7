// The same job with its store in a folder and in a bucket of a real S3 server: the same artifact, byte for byte.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { createS3Client } from "../../adapters/s3/client.ts";
import { createS3Store } from "../../adapters/s3/store.ts";
import type { Store } from "../../core/store/store.ts";
import { runDecant } from "../fixtures/decant-command.ts";
import { type Fault, startFaultyProxy } from "../fixtures/faulty-proxy.ts";
import { trainingProblem } from "../fixtures/kill-and-resume.ts";
import { hasS3Server, type S3Server, startS3Server } from "../fixtures/s3-server.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { layTinyJob, type TinyJob } from "../fixtures/tiny-job.ts";

const INBOX = "decant-inbox";
const ARTIFACTS = "decant-artifacts";
const FAULTS: readonly Fault[] = ["cut-body", "cut-connection", "internal-error", "lost-answer", "slow-down", "stall"];
const SAME = ["model.onnx", "labels.txt", "preprocessing.json"];
const problem = trainingProblem() ?? (hasS3Server ? undefined : "no S3 server");

async function listed(store: Store, prefix: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const path of store.list(prefix)) paths.push(path);
  return paths;
}

describe.skipIf(problem)(`a run whose store is a bucket${problem ? ` (skipped: ${problem})` : ""}`, () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startS3Server();
    await server.createBucket(INBOX);
    await server.createBucket(ARTIFACTS);
  }, 60_000);
  afterAll(() => server?.stop());

  const client = () => createS3Client({ endpoint: server.endpoint, credentials: server.credentials });

  /** The job's data goes into the inbox; answers a job file that names it there. */
  async function moveToInbox({ folder, job }: TinyJob): Promise<string> {
    const s3 = client();
    const data = join(folder, "data");
    for (const entry of readdirSync(data, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const Key = `data/tiny/${path.slice(data.length + 1)}`;
      await s3.send(new PutObjectCommand({ Bucket: INBOX, Key, Body: readFileSync(path) }));
    }
    const moved = join(folder, "in-a-bucket.yaml");
    writeFileSync(moved, readFileSync(job, "utf8").replace("source: ./data", `source: "s3://${INBOX}/data/tiny/"`));
    return moved;
  }

  it("ends with the artifact of a run in a folder, also where 30 % of its requests fail", {
    timeout: 1_800_000,
  }, async () => {
    const job = await layTinyJob(["size: 3 MB"]);
    const inFolder = await runDecant([
      "run",
      job.job,
      "--profile",
      job.profile,
      "--json",
      "--store",
      temporaryFolder(),
    ]);
    expect(inFolder.stderr).toBe("");
    const moved = await moveToInbox(job);

    const proxy = await startFaultyProxy(server.endpoint, {
      rate: 0.3,
      faults: FAULTS,
    });
    onTestFinished(() => proxy.stop());
    const environment = { ...server.environment, AWS_ENDPOINT_URL_S3: proxy.endpoint, DECANT_CACHE: temporaryFolder() };
    const place = `s3://${ARTIFACTS}/store`;
    const command = ["run", moved, "--profile", job.profile, "--json", "--store", place];
    const inBucket = await runDecant(command, environment);
    expect(inBucket.stderr).toBe("");
    const { run, artifact, report } = inBucket.result();
    expect(artifact).toBe(`${place}/runs/${run}/artifact`);
    expect(report).toBe(`${place}/runs/${run}/report.html`);

    const store = createS3Store({ client: client(), bucket: ARTIFACTS, prefix: "store" });
    for (const name of SAME) {
      const here = readFileSync(join(String(inFolder.result().artifact), name));
      const there = (await store.get(`runs/${run}/artifact/${name}`))?.bytes ?? new Uint8Array();
      expect(here.equals(there), name).toBe(true);
    }
    expect(FAULTS.map((fault) => proxy.counts[fault]).every((count) => count > 0)).toBe(true);

    // Again, on a sound network and with nothing in the cache: everything is found.
    const before = await listed(store, "steps/");
    const elsewhere = { ...server.environment, DECANT_CACHE: temporaryFolder() };
    const again = await runDecant(command, elsewhere);
    expect(again.result()).toEqual(inBucket.result());
    expect(await listed(store, "steps/")).toEqual(before);
    const status = await runDecant(["--store", place, "status", run, "--json"], elsewhere);
    expect(JSON.parse(status.stdout)).toMatchObject({ run, status: "succeeded" });
    const shown = await runDecant(["--store", place, "report", run], elsewhere);
    expect(readFileSync(shown.stdout.trim(), "utf8")).toContain("<!doctype html>");
  });
});
