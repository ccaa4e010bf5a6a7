// Shards in a bucket of a real S3 server: data, steps and the join, each function on a machine of its own.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createS3Client } from "../../adapters/s3/client.ts";
import { mirrorData } from "../../adapters/s3/mirror-data.ts";
import { createS3StepFiles } from "../../adapters/s3/step-files.ts";
import { createS3Store } from "../../adapters/s3/store.ts";
import { USAGE_FILE } from "../../core/budget/usage.ts";
import { stepFolder } from "../../core/store/path-rules.ts";
import type { StepPointer } from "../../core/store/store.ts";
import type { ManifestRow, Split } from "../../core/workflow/records/plan.ts";
import { listShards } from "../../lambdas/list-shards.ts";
import { prepareData } from "../../lambdas/prepare-data.ts";
import { prepareShard } from "../../lambdas/prepare-shard.ts";
import type { Services } from "../../lambdas/services.ts";
import { draw } from "../adapters/image-decoder/sample-images.ts";
import { folderServices, layStep } from "../fixtures/folder-services.ts";
import { hasS3Server, type S3Server, startS3Server } from "../fixtures/s3-server.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";

const LIMITS = { samples: 8, size_bytes: 1e9 };
const [INBOX, STORE] = ["decant-inbox", "decant-store"];
const RUN = "shards";

describe.skipIf(!hasS3Server)("shards in a bucket", () => {
  let server: S3Server;
  let client: S3Client;
  beforeAll(async () => {
    server = await startS3Server();
    for (const bucket of [INBOX, STORE]) await server.createBucket(bucket);
    client = createS3Client({ endpoint: server.endpoint, credentials: server.credentials });
  }, 60_000);
  afterAll(() => server?.stop());

  /** A function that has just started: nothing of the bucket lies on its disk yet. */
  function freshFunction(prefix: string): { readonly services: Services; readonly cache: string } {
    const cache = temporaryFolder();
    const place = { client, bucket: STORE, prefix };
    const services: Services = {
      ...folderServices(cache),
      store: createS3Store(place),
      files: createS3StepFiles({ ...place, cache }),
      fetchData: (address, only) => mirrorData({ client, cache, only }, address),
    };
    return { services, cache };
  }

  /** Twenty images in the inbox, planned. */
  async function lay({ services }: { readonly services: Services }): Promise<StepPointer> {
    const rows: ManifestRow[] = [];
    for (let at = 0; at < 20; at += 1) {
      const Body = await draw(40 + at, 44)
        .png()
        .toBuffer();
      const path = `photos/${String(at).padStart(2, "0")} (a).png`;
      await client.send(new PutObjectCommand({ Bucket: INBOX, Key: `data/${path}`, Body }));
      const split: Split = at < 12 ? "train" : at < 16 ? "validation" : "test";
      rows.push({ path, sha256: services.sha256(Body), size_bytes: Body.length, label: at % 2, split });
    }
    const job = { job: { name: "test", data: { source: "./data/" } }, folder: `s3://${INBOX}/` };
    await services.store.putIfAbsent(`runs/${RUN}/job.json`, new TextEncoder().encode(JSON.stringify(job)));
    const plan = { classes: ["a", "b"], resize: "cover", input_sizes: [32, 24], crop_size: 36, left_out: [] };
    const manifest = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
    return layStep(services, "plan", { ...plan, manifest_hash: "m" }, { "manifest.jsonl": manifest });
  }

  async function filesOf({ services }: { readonly services: Services }, pointer: StepPointer) {
    const folder = await services.files.folderOf(pointer);
    const names = readdirSync(folder).filter((name) => name !== USAGE_FILE);
    return new Map(names.toSorted().map((name) => [name, readFileSync(join(folder, name)).toString("latin1")]));
  }

  it("give the bytes of one piece, fetch their own files only, and are joined without fetching an array", async () => {
    const run = { run: RUN, map_concurrency: 1, deadline_ms: null };
    const whole = freshFunction("whole");
    const wanted = await prepareData({ ...run, plan: await lay(whole) }, whole.services, LIMITS);

    const planner = freshFunction("joined");
    const plan = await lay(planner);
    const sharding = await listShards({ plan }, planner.services, LIMITS);
    expect(sharding.shards).toHaveLength(3);
    for (const shard of sharding.shards) {
      const { services, cache } = freshFunction("joined");
      await prepareShard({ run: RUN, plan, shard }, services);
      const fetched = readdirSync(join(cache, "data"), { recursive: true, encoding: "utf8" });
      expect(fetched.filter((name) => name.endsWith(".png"))).toHaveLength(shard.count);
    }
    const joiner = freshFunction("joined");
    const joined = await prepareData({ ...run, plan, sharding }, joiner.services, LIMITS);
    expect(joined).toEqual(wanted);
    const own = readdirSync(join(joiner.cache, stepFolder(joined)), { recursive: true, encoding: "utf8" });
    expect(own.filter((name) => /(crops|\d)-\d+\.npy$/.test(name))).toEqual([]);
    expect(await filesOf(freshFunction("joined"), joined)).toEqual(await filesOf(whole, wanted));
  }, 120_000);
});
