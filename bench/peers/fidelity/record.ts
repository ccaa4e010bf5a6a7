// What the comparison of quantizers records: by network, data set and draw of calibration pictures, how close each side's
// int8 file is to the fp32 file.

export interface Fidelity {
  readonly n: number;
  /** Kullback-Leibler divergence of the quantized answers from the fp32 ones, nats. */
  readonly kl_mean: number;
  readonly disagreements: number;
  readonly top1_change_points: number;
  /** One character a held-out picture: + right only when quantized, - right only in fp32, = the same. */
  readonly changes?: string;
}

/** `version` of Decant's step; another one is measured again. */
export type MeasuredSide = Fidelity & { readonly seconds: number; readonly version?: number };
export type SideResult = MeasuredSide | { readonly error: string };
export type Sides = Readonly<Record<string, SideResult>>;

export interface SeedResult {
  readonly seed: number;
  readonly sides: Sides;
}

export interface PairResult {
  readonly network: string;
  readonly size: number;
  readonly data: string;
  readonly manifest_hash: string;
  /** Of the fp32 file that every side quantized. */
  readonly fp32_sha256?: string;
  readonly top1_fp32: number;
  readonly calibration_count: number;
  /** Of the machine that made and measured it: pairs of several may stand side by side. */
  readonly cpu_model?: string;
  /** By seed: which calibration pictures were drawn. */
  readonly seeds: readonly SeedResult[];
}

export interface Facts {
  readonly machine: { readonly cpu_model: string; readonly versions: Readonly<Record<string, string>> };
  readonly peers: Readonly<Record<string, string>>;
}

export interface FidelityRecord extends Facts {
  readonly command: string;
  readonly pairs: readonly PairResult[];
}

export function isMeasured(result: SideResult | undefined): result is MeasuredSide {
  return result !== undefined && !("error" in result);
}

type PairKey = Pick<PairResult, "network" | "size" | "data">;

export function findPair(pairs: readonly PairResult[], key: PairKey): PairResult | undefined {
  return pairs.find((pair) => pair.network === key.network && pair.size === key.size && pair.data === key.data);
}

/** `pair` without its seeds stands for what was made now: seeds of another fp32 file or calibration are dropped. */
export function withSide(
  pairs: readonly PairResult[],
  pair: Omit<PairResult, "seeds">,
  seed: number,
  sides: Sides,
): readonly PairResult[] {
  const at = pairs.findIndex((each) => findPair([each], pair) !== undefined);
  const same = at === -1 ? undefined : pairs[at]!;
  const kept = same && isSameWork(same, pair) ? same.seeds : [];
  const old = kept.find((each) => each.seed === seed)?.sides ?? {};
  const changed = { seed, sides: { ...old, ...sides } };
  const seeds = [...kept.filter((each) => each.seed !== seed), changed].sort((a, b) => a.seed - b.seed);
  return at === -1 ? [...pairs, { ...pair, seeds }] : pairs.with(at, { ...pair, seeds });
}

/** All draws, by this quantizer and these peers, on whichever machine: its fp32 file needn't be made again, which another
 * CPU would make a little differently. */
export function isComplete(
  record: FidelityRecord | undefined,
  wanted: PairKey & Pick<PairResult, "manifest_hash" | "calibration_count">,
  { seeds, peers }: { readonly seeds: number } & Pick<Facts, "peers">,
  isDone: (seed: number, pair: PairResult) => boolean,
): boolean {
  const pair = record && findPair(record.pairs, wanted);
  if (pair === undefined || JSON.stringify(record!.peers) !== JSON.stringify(peers)) return false;
  if (pair.manifest_hash !== wanted.manifest_hash || pair.calibration_count !== wanted.calibration_count) return false;
  return Array.from({ length: seeds }, (_, seed) => seed).every((seed) => isDone(seed, pair));
}

export function isSameWork(a: Omit<PairResult, "seeds">, b: Omit<PairResult, "seeds">): boolean {
  return (
    a.manifest_hash === b.manifest_hash &&
    a.fp32_sha256 === b.fp32_sha256 &&
    a.calibration_count === b.calibration_count
  );
}
