// Moves a job's champion alias to a challenger, by compare-and-swap: where another one got in between, the challenger is
// compared with that one. Every decision is kept in the job's history.
import { type Champion, type ChampionAlias, readAlias, withChampion } from "../core/champion/alias.ts";
import { aliasPath, historyPath, historyPrefix } from "../core/champion/alias-path.ts";
import { type ChampionDecision, type ChampionRecord, decide, movesAlias } from "../core/champion/decision.ts";
import { readTestPredictions, TEST_PREDICTIONS_FILE, type TestPredictions } from "../core/champion/test-predictions.ts";
import { DecantError } from "../core/errors/problem.ts";
import { type ChampionComparison, compareOnTest, type Promotion } from "../core/gate/champion.ts";
import { runFolder } from "../core/store/path-rules.ts";
import type { Store } from "../core/store/store.ts";

/** Each failure means that somebody else's write succeeded, so only so many contenders at once could use this up. */
const TRIES = 1000;

export interface ChampionServices {
  readonly store: Store;
  readonly sha256: (text: string) => string;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export interface PromotionRequest {
  readonly job_name: string;
  readonly promotion: Promotion;
  readonly challenger: Champion;
}

export async function promote(services: ChampionServices, request: PromotionRequest): Promise<ChampionDecision> {
  const { job_name, challenger, promotion } = request;
  const compare = comparer(services.store, challenger);
  const { decision, before } = await changeAlias(services, job_name, async (alias) => {
    const decision = decide(alias, challenger, promotion, alias && (await compare(alias.champion)));
    return { decision, after: movesAlias(decision) ? withChampion(alias, challenger) : undefined };
  });
  if (decision.outcome !== "unchanged") {
    const record = { at: new Date(services.now()).toISOString(), challenger, champion: before?.champion ?? null };
    await keepRecord(services, job_name, { ...record, ...decision });
  }
  return decision;
}

/**
 * The one way in which an alias is written.
 * @param change the alias to write in place of what is there, undefined to leave it; asked again where that has changed
 */
export async function changeAlias<T extends { readonly after: ChampionAlias | undefined }>(
  { store, sha256 }: ChampionServices,
  jobName: string,
  change: (before: ChampionAlias | undefined) => Promise<T>,
): Promise<T & { readonly before: ChampionAlias | undefined }> {
  const path = aliasPath(jobName, sha256);
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const object = await store.get(path);
    const text = object && new TextDecoder().decode(object.bytes);
    const before = text === undefined ? undefined : parse(text, path);
    const changed = await change(before);
    if (!changed.after) return { ...changed, before };
    const bytes = json(changed.after);
    if (text === new TextDecoder().decode(bytes)) return { ...changed, before };
    const done = object ? await store.putIfUnchanged(path, bytes, object.etag) : await store.putIfAbsent(path, bytes);
    if (done) return { ...changed, before };
  }
  const message = `Expected to move the champion of ${jobName}, but other runs changed it ${TRIES} times meanwhile: try again.`;
  throw new DecantError("StoreFailed", message);
}

/** Appends to the job's history. Of two writers at once, one takes the next number. */
export async function keepRecord(
  { store, sha256 }: ChampionServices,
  jobName: string,
  record: ChampionRecord,
): Promise<void> {
  const prefix = historyPrefix(jobName, sha256);
  let sequence = 1;
  for await (const path of store.list(prefix)) sequence = Number(/(\d+)\.json$/.exec(path)?.[1] ?? 0) + 1;
  while (!(await store.putIfAbsent(historyPath(prefix, sequence), json(record)))) sequence += 1;
}

export function testPredictionsPath(run: string): string {
  return `${runFolder(run)}/${TEST_PREDICTIONS_FILE}`;
}

/** Compares the challenger with a champion; each one's answers are read once. */
function comparer(store: Store, challenger: Champion): (champion: Champion) => Promise<ChampionComparison | undefined> {
  const compared = new Map<string, ChampionComparison | undefined>();
  return async (champion) => {
    if (!compared.has(champion.run)) {
      const [own, theirs] = await Promise.all([answersOf(store, challenger.run), answersOf(store, champion.run)]);
      compared.set(champion.run, own && theirs && compareOnTest(own, theirs));
    }
    return compared.get(champion.run);
  };
}

async function answersOf(store: Store, run: string): Promise<TestPredictions | undefined> {
  const object = await store.get(testPredictionsPath(run));
  return object && readTestPredictions(new TextDecoder().decode(object.bytes));
}

function parse(text: string, path: string): ChampionAlias {
  const alias = readAlias(text);
  if (alias) return alias;
  const message = `Expected the champion of a job in ${path}, got something else: put an earlier version of that object back, or delete it to begin anew.`;
  throw new DecantError("StoreFailed", message);
}

function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
}
