// Moving the champion under contention, on the folder store, in memory and on a real S3 server; and a thousand versions of
// job files whose events come late, often and out of order.
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFolderStore } from "../../adapters/folder-store.ts";
import { createS3Client } from "../../adapters/s3/client.ts";
import { createS3Store } from "../../adapters/s3/store.ts";
import { type Champion, type ChampionAlias, readAlias } from "../../core/champion/alias.ts";
import { aliasPath, historyPrefix } from "../../core/champion/alias-path.ts";
import type { ChampionRecord } from "../../core/champion/decision.ts";
import { testPredictions, writeTestPredictions } from "../../core/champion/test-predictions.ts";
import { seededRandom } from "../../core/statistics/random.ts";
import type { Store } from "../../core/store/store.ts";
import { type ChampionServices, promote, testPredictionsPath } from "../../lambdas/promote.ts";
import { readRunJob } from "../../lambdas/run-job.ts";
import { sweep } from "../../lambdas/sweep.ts";
import { answerEvent } from "../../lambdas/trigger-functions.ts";
import { memoryStore } from "../fixtures/memory-store.ts";
import { hasS3Server, type S3Server, startS3Server } from "../fixtures/s3-server.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { INBOX, jobText, objectCreated, type PutVersion, triggerHome } from "../fixtures/trigger-home.ts";

const JOB = "flowers";
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const servicesOn = (store: Store): ChampionServices => ({ store, sha256, now: () => 0 });
const champion = (run: string, order: string | null = null): Champion => ({
  ...{ run, artifact: `artifact of ${run}`, order },
  ...{ top1: 0.9, top1_n: 300, size_bytes: 1, latency_ms_p95: 1 },
});

/** Keeps what a run's file answered on 300 test samples, of which it gets the first `right` right. */
async function answer(store: Store, run: string, right: number): Promise<void> {
  const samples = Array.from({ length: 300 }, (_, at) => ({ sha256: `sample ${at}`, label: 0 }));
  const predicted = samples.map((_, at) => (at < right ? 0 : 1));
  const text = writeTestPredictions(testPredictions(["a", "b"], samples, predicted));
  await store.putIfAbsent(testPredictionsPath(run), new TextEncoder().encode(text));
}

async function compete(services: ChampionServices, run: string, right: number, order: string | null = null) {
  await answer(services.store, run, right);
  const promotion = { margin_points: 0, class_margin_points: 5 };
  return promote(services, { job_name: JOB, promotion, challenger: champion(run, order) });
}

async function aliasOf({ store }: ChampionServices, job = JOB): Promise<ChampionAlias> {
  return readAlias(new TextDecoder().decode((await store.get(aliasPath(job, sha256)))!.bytes))!;
}

async function historyOf({ store }: ChampionServices, job = JOB): Promise<ChampionRecord[]> {
  const records: ChampionRecord[] = [];
  for await (const path of store.list(historyPrefix(job, sha256)))
    records.push(JSON.parse(new TextDecoder().decode((await store.get(path))!.bytes)) as ChampionRecord);
  return records;
}

/** Challengers that are all better than the champion, and none better than another. */
async function contest(services: ChampionServices, contenders: number): Promise<void> {
  await compete(services, "old", 200);
  const runs = Array.from({ length: contenders }, (_, at) => `run-${at}`);
  const decisions = await Promise.all(runs.map((run) => compete(services, run, 250)));
  const winners = runs.filter((_, at) => decisions[at]!.outcome === "promoted");
  expect(winners).toHaveLength(1);
  const alias = await aliasOf(services);
  expect(alias.champion.run).toBe(winners[0]);
  expect(alias.earlier.map(({ run }) => run)).toEqual(["old"]);
  const history = await historyOf(services);
  expect(history).toHaveLength(contenders + 1);
  const lost = history.filter(({ outcome }) => outcome === "not-promoted");
  expect(lost).toHaveLength(contenders - 1);
  for (const { champion: against } of lost) expect(against?.run).toBe(winners[0]);
}

describe("100 promotions at once", () => {
  it("have one winner on the folder store, against which each other is held", async () => {
    await contest(servicesOn(createFolderStore(temporaryFolder())), 100);
  }, 60_000);

  it("have one winner in memory", async () => {
    await contest(servicesOn(memoryStore()), 100);
  }, 60_000);

  it("lose none of those that are promoted one after the other, and end at the newest", async () => {
    const services = servicesOn(memoryStore());
    const orders = Array.from({ length: 100 }, (_, at) => String(at).padStart(3, "0"));
    const random = seededRandom(3);
    const shuffled = orders.toSorted(() => random() - 0.5);
    // Each better than the one before it, so that only its age can hold one back.
    const decisions = await Promise.all(
      shuffled.map((order) => compete(services, `run-${order}`, 100 + 2 * Number(order), order)),
    );
    const alias = await aliasOf(services);
    expect(alias.champion.run).toBe("run-099");
    const moved = decisions.filter(({ outcome }) => outcome === "first" || outcome === "promoted");
    expect(alias.earlier).toHaveLength(moved.length - 1);
    expect(await historyOf(services)).toHaveLength(100);
  }, 60_000);
});

describe.skipIf(!hasS3Server)("promotions at once on a real S3 server", () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startS3Server();
    await server.createBucket("store");
  }, 60_000);
  afterAll(() => server?.stop());

  it("have one winner", async () => {
    const { endpoint, credentials } = server;
    const client = createS3Client({ endpoint, credentials });
    await contest(servicesOn(createS3Store({ client, bucket: "store", prefix: "" })), 8);
  }, 60_000);
});

describe("1,000 versions of job files, each announced 0 to 10 times, shuffled and delayed", () => {
  const KEYS = 100;
  const VERSIONS = 10;

  it("give exactly 1,000 runs, and each job ends at its newest version's result", async () => {
    const random = seededRandom(5);
    const draw = (below: number) => Math.floor(random() * below);
    const versions: PutVersion[] = Array.from({ length: VERSIONS }, (_, version) =>
      Array.from({ length: KEYS }, (_, key) => ({
        key: `jobs/job-${key}.yaml`,
        version: sha256(`${key} ${version}`).slice(0, 32), // opaque: its order says nothing
        modified_ms: 1000 * Math.floor((version * 3) / 4), // some in the same second
        text: jobText(`job-${key}`),
      })),
    ).flat();
    const home = triggerHome(versions);
    const place = { services: home, write: () => {} };
    const finished = new Set<string>();
    /** Runs end in any order, long after they began, some while others are being started. */
    const finishSome = async (share: number) => {
      const open = [...home.started.keys()].filter((run) => !finished.has(run) && random() < share);
      for (const run of open.toSorted(() => random() - 0.5)) {
        finished.add(run);
        const { job, origin } = await readRunJob(home, run);
        await answer(home.store, run, 200);
        const promotion = { margin_points: 5, class_margin_points: 5 };
        await promote(home, { job_name: job.name, promotion, challenger: champion(run, origin!.order) });
      }
    };
    const announced = versions.flatMap(({ key, version }) =>
      Array.from({ length: draw(11) }, () => ({ event: objectCreated(INBOX, key, version), at: random() })),
    );
    const events = announced.toSorted((a, b) => a.at - b.at);
    expect(events.length).toBeGreaterThan(4000);
    const unannounced = KEYS * VERSIONS - new Set(events.map(({ event }) => JSON.stringify(event))).size;
    expect(unannounced).toBeGreaterThan(50);
    for (let from = 0; from < events.length; from += 500) {
      await Promise.all(events.slice(from, from + 500).map(({ event }) => answerEvent(event, place)));
      if (from % 2000 === 0) await Promise.all([sweep(home), finishSome(0.3)]);
    }
    await sweep(home);
    expect((await sweep(home)).started).toEqual([]);
    await finishSome(2);

    expect(home.started.size).toBe(KEYS * VERSIONS);
    expect(finished.size).toBe(KEYS * VERSIONS);
    for (let key = 0; key < KEYS; key += 1) {
      const { champion: last } = await aliasOf(home, `job-${key}`);
      const { origin } = await readRunJob(home, last.run);
      const newest = versions.findLast((version) => version.key === `jobs/job-${key}.yaml`);
      expect(origin?.trigger).toMatchObject({ version: newest?.version });
    }
  }, 60_000);
});
