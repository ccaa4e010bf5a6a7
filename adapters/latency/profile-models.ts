// Times of a model's single nodes, from ONNX Runtime's own profile; and, where wanted, of whole runs without a profile, since
// profiling itself costs some microseconds a node. Low quartiles over all runs: what a busy machine adds is left out.
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DecantError } from "../../core/errors/problem.ts";
import type { NodeTime, ProfiledModel } from "../../core/layer-times/table-of.ts";
import { percentile } from "../../core/statistics/percentile.ts";
import { sortSamples } from "../../core/statistics/sorted-samples.ts";
import { clockOf } from "./clock.ts";
import type { ProfileAnswer, ProfileRequest } from "./measuring-request.ts";
import { type Feeds, type OpenModel, openModel } from "./session.ts";

const QUARTILE = 25;
const WARM_UP_RUNS = 3;
const LEAD_RUNS = 3;
const NODE_EVENT = "_kernel_time";

interface Open {
  readonly at: number;
  readonly profiled: OpenModel;
  readonly plain: OpenModel | undefined;
  readonly feeds: Feeds;
  readonly runs_us: number[];
}

/** Rounds over all models, so that a slow moment falls on few runs of each. Probes not reached within the limit are left out. */
export async function profileModels(request: ProfileRequest): Promise<ProfileAnswer> {
  const { models, threads, rounds, runs_per_round, limit_s } = request;
  // On one thread a node is too short to be interrupted often, but a whole run is not.
  const now = clockOf(threads === 1 ? "cpu" : "wall");
  const start = now();
  const timeLeft = () => now() - start < limit_s * 1000;
  const folder = await mkdtemp(join(tmpdir(), "decant-profile-"));
  try {
    const opened: Open[] = [];
    for (const [at, { path, whole_runs }] of models.entries()) {
      if (!timeLeft() && !whole_runs) break;
      const profiled = await openModel(path, threads, { profile_prefix: join(folder, `${at}-`) });
      const plain = whole_runs ? await openModel(path, threads) : undefined;
      const open: Open = { at, profiled, plain, feeds: profiled.randomFeeds(1, 0)[0]!, runs_us: [] };
      await timeRound(open, runs_per_round, WARM_UP_RUNS, now);
      opened.push(open);
    }
    for (let round = 1; round < rounds && timeLeft(); round += 1) {
      for (const open of round % 2 === 0 ? opened : opened.toReversed())
        await timeRound(open, runs_per_round, LEAD_RUNS, now);
    }
    const answers: ProfiledModel[] = [];
    for (const { at, profiled, runs_us } of opened) {
      profiled.endProfiling();
      answers.push({
        name: models[at]!.name,
        run_us: runs_us.length === 0 ? null : quartile(runs_us),
        nodes: await nodeTimes(folder, `${at}-`),
      });
    }
    return { kind: "profile", models: answers };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function timeRound(
  { profiled, plain, feeds, runs_us }: Open,
  runs: number,
  lead: number,
  now: () => number,
): Promise<void> {
  for (let run = 0; run < runs + lead; run += 1) await profiled.run(feeds);
  if (plain === undefined) return;
  for (let run = -lead; run < runs; run += 1) {
    const start = now();
    await plain.run(feeds);
    if (run >= 0) runs_us.push((now() - start) * 1000);
  }
}

interface ProfileEvent {
  readonly cat: string;
  readonly name: string;
  readonly ts: number;
  readonly dur: number;
}

/** In the order in which the nodes run. */
async function nodeTimes(folder: string, prefix: string): Promise<NodeTime[]> {
  const file = (await readdir(folder)).find((name) => name.startsWith(prefix));
  if (file === undefined) throw new DecantError("ChildFailed", "expected a profile from ONNX Runtime, found none");
  const events = JSON.parse(await readFile(join(folder, file), "utf8")) as ProfileEvent[];
  const times = new Map<string, number[]>();
  for (const { cat, name, dur } of events.toSorted((a, b) => a.ts - b.ts)) {
    if (cat !== "Node" || !name.endsWith(NODE_EVENT)) continue;
    const node = name.slice(0, -NODE_EVENT.length);
    const list = times.get(node);
    if (list === undefined) times.set(node, [dur]);
    else list.push(dur);
  }
  // Durations are whole microseconds, rounded down.
  return [...times].map(([name, each]) => ({ name, us: quartile(each) + 0.5 }));
}

function quartile(values: readonly number[]): number {
  return percentile(sortSamples(values), QUARTILE);
}
