// aliases/<job name>/champion.json: which published artifact is the one in use, and those before it. One object, moved by
// compare-and-swap, so that the history that a rollback needs can never disagree with it.
import type { ReportModel } from "../report/report-model.ts";

export interface Champion {
  readonly run: string;
  /** SHA-256 of the artifact's manifest.json. */
  readonly artifact: string;
  readonly top1: number;
  readonly top1_n: number;
  readonly size_bytes: number;
  readonly latency_ms_p95: number;
  /** How new the run's source is (core/trigger/source-order.ts); null on a laptop, where the last run is the newest. */
  readonly order: string | null;
}

export interface ChampionAlias {
  readonly version: 2;
  readonly champion: Champion;
  /** Champions before it, newest first. */
  readonly earlier: readonly Champion[];
  /** Rolled back: none of them becomes champion again by itself. Latest first. */
  readonly withdrawn: readonly Champion[];
  /** Of every champion so far the newest source, rolled back or not. */
  readonly newest_order: string | null;
}

/** More are forgotten here; each is still told of in history/. */
const KEPT = 100;

export function championOf(run: string, artifact: string, order: string | null, model: ReportModel): Champion {
  const { file } = model;
  if (!file) throw new Error("Expected a report with a certified file, got one without");
  return {
    run,
    artifact,
    top1: file.accuracy.top1.value,
    top1_n: file.accuracy.top1.n,
    size_bytes: file.size_bytes,
    latency_ms_p95: file.latency.ms_p95,
    order,
  };
}

/** The alias with this champion. The same run or artifact again replaces its entry and is no new one. */
export function withChampion(alias: ChampionAlias | undefined, champion: Champion): ChampionAlias {
  if (!alias) return { version: 2, champion, earlier: [], withdrawn: [], newest_order: champion.order };
  const before = isSame(alias.champion, champion) ? alias.earlier : [alias.champion, ...alias.earlier];
  return {
    ...alias,
    champion,
    // A run's artifact lies under its name: what an earlier entry of it named is no longer there.
    earlier: before.filter((entry) => entry.run !== champion.run).slice(0, KEPT),
    newest_order: newer(alias.newest_order, champion.order),
  };
}

export function isSame(one: Champion, other: Champion): boolean {
  return one.run === other.run || one.artifact === other.artifact;
}

/** Whether something newer than this source has been champion. */
export function isOutdated({ newest_order }: ChampionAlias, order: string | null): boolean {
  return order !== null && newest_order !== null && order < newest_order;
}

/** The alias back at an earlier champion (the last one, or that of a run), or undefined where there is none. */
export function rolledBack(alias: ChampionAlias, run?: string): ChampionAlias | undefined {
  const all = [alias.champion, ...alias.earlier];
  const at = run === undefined ? 1 : all.findIndex((entry) => entry.run === run);
  const champion = all[at];
  if (champion && at > 0) {
    const withdrawn = [...all.slice(0, at), ...alias.withdrawn].slice(0, KEPT);
    return { ...alias, champion, earlier: all.slice(at + 1), withdrawn };
  }
  // Forward again, to one that was rolled back by mistake.
  const back = run === undefined ? undefined : alias.withdrawn.find((entry) => entry.run === run);
  if (!back) return undefined;
  const withdrawn = alias.withdrawn.filter((entry) => entry !== back);
  return { ...alias, champion: back, earlier: all.slice(0, KEPT), withdrawn };
}

function newer(one: string | null, other: string | null): string | null {
  if (one === null || other === null) return other ?? one;
  return one > other ? one : other;
}

/** Undefined where the text is not an alias; one of version 1 held the champion alone. */
export function readAlias(text: string): ChampionAlias | undefined {
  try {
    const { version, ...value } = JSON.parse(text) as Omit<ChampionAlias, "version"> & Champion & { version?: unknown };
    if (version === 1 && typeof value.run === "string") return withChampion(undefined, { ...value, order: null });
    const whole = version === 2 && Array.isArray(value.earlier) && Array.isArray(value.withdrawn);
    return whole && typeof value.champion?.run === "string" ? { version, ...value } : undefined;
  } catch {
    return undefined;
  }
}
