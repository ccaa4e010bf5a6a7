// Alternating blocks of runs. Blocks rather than single runs: run by run, each model evicts the other's cache, which
// flatters the larger one; a deployed model runs alone.
import type { Blocks } from "../../core/statistics/latency.ts";
import { clockOf } from "./clock.ts";
import type { LatencyAnswer, LatencyRequest, TimedModel } from "./measuring-request.ts";
import { type Feeds, type OpenModel, openModel } from "./session.ts";

const IMAGES = 20;
const WARM_UP_RUNS = 10;
/** At the start of each block, not counted: they refill the caches. */
const LEAD_RUNS = 3;

export async function timeModels(request: LatencyRequest): Promise<LatencyAnswer> {
  const entries: { model: TimedModel; open: OpenModel; feeds: Feeds[]; blocks: number[][] }[] = [];
  for (const model of request.models) {
    const open = await openModel(model.path, request.threads);
    const feeds = model.npy === undefined ? open.randomFeeds(IMAGES, 0) : open.packedFeeds(model.npy, IMAGES);
    entries.push({ model, open, feeds, blocks: [] });
  }
  const now = clockOf(request.clock ?? "wall");
  for (const { open, feeds } of entries) await timeRuns(open, feeds, WARM_UP_RUNS, now);
  const start = performance.now();
  const isLonger = (block: number) => {
    const { seconds, blocks_max } = request.longer ?? { seconds: 0, blocks_max: 0 };
    return block < blocks_max && performance.now() - start < 1000 * seconds;
  };
  for (let block = 0; block < request.blocks || isLonger(block); block += 1) {
    // Every other round goes backwards, so that a drift of the machine's speed favours none.
    for (const { open, feeds, blocks } of block % 2 === 0 ? entries : entries.toReversed()) {
      await timeRuns(open, feeds, LEAD_RUNS, now);
      blocks.push(await timeRuns(open, feeds, request.runs_per_block, now));
    }
  }
  const files = entries.map(({ model, open }) => ({
    name: model.name,
    size_bytes: open.size_bytes,
    sha256: open.sha256,
  }));
  const blocks_ms: Record<string, Blocks> = Object.fromEntries(
    entries.map((entry) => [entry.model.name, entry.blocks]),
  );
  return { kind: "latency", files, blocks_ms };
}

/** Each run's time in ms. */
async function timeRuns(model: OpenModel, feeds: readonly Feeds[], runs: number, now: () => number): Promise<number[]> {
  const times: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const feed = feeds[run % feeds.length]!;
    const start = now();
    await model.run(feed);
    times.push(now() - start);
  }
  return times;
}
