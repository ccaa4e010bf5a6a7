// Which layers stay in fp32, by time on the target: prefixes first, then parts on top of the best. What looks faster in a short
// run counts only when a longer one confirms it: its whole 95 % interval lies above 1. All are timed beside the fixed rule.
import { type Blocks, speedup } from "../statistics/latency.ts";
import type { PrecisionTimes, TimedPrecision } from "../workflow/records/measurement.ts";
import type { PrecisionVariant, PrecisionVariants } from "./precision-variants.ts";

/** Times int8 models whose layers of each variant are fp32, in alternating blocks in one process. `null`: the float model. */
export type TimeVariants = (
  variants: readonly (PrecisionVariant | null)[],
  blocks: number,
) => Promise<readonly Blocks[]>;

const SHORT_BLOCKS = 4;
const LONG_BLOCKS = 16;
/** A part must look this much faster to be worth a longer run. */
const WORTH_CONFIRMING = 1.01;
const ROUNDS_MAX = 3;

export async function searchPrecision(
  { layers, standard, prefixes, parts }: PrecisionVariants,
  time: TimeVariants,
  timeLeft: () => boolean,
): Promise<PrecisionTimes> {
  const others = prefixes.filter(({ name }) => name !== standard.name);
  const [own, float, ...blocks] = await time([standard, null, ...others], SHORT_BLOCKS);
  const fp32_speed_ratio = speedup(own!, float!).value;
  const seen: TimedPrecision[] = [
    timed(standard, { value: 1, low: 1, high: 1, n: own!.length }, true),
    ...others.map((variant, at) => timed(variant, speedup(own!, blocks[at]!), false)),
  ];
  let best = standard;
  for (const prefix of fastest(seen)) {
    if (await confirm(prefix, best)) break;
  }
  for (let round = 0; round < ROUNDS_MAX && timeLeft(); round += 1) {
    const combined = parts.flatMap((part) => union(best, part, layers) ?? []);
    if (combined.length === 0) break;
    const [base, ...each] = await time([best, ...combined], SHORT_BLOCKS);
    const known = ratioOf(seen, best);
    const looks = combined.map((variant, at) => scaled(variant, speedup(base!, each[at]!), known));
    seen.push(...looks);
    const [first] = fastest(looks.filter(({ speed_ratio }) => speed_ratio.value > known * WORTH_CONFIRMING));
    if (first === undefined || !(await confirm(first, best))) break;
  }
  return { standard: standard.name, fastest: best.name, fp32_speed_ratio, variants: seen };

  /** A longer run against the best so far; takes its place where it is surely faster. */
  async function confirm(candidate: PrecisionVariant, than: PrecisionVariant): Promise<boolean> {
    if (candidate.name === than.name || !timeLeft()) return false;
    const [before, after] = await time([than, candidate], LONG_BLOCKS);
    const gain = speedup(before!, after!);
    const confirmed = gain.low > 1;
    const at = seen.findIndex(({ name }) => name === candidate.name);
    seen[at] = { ...scaled(candidate, gain, ratioOf(seen, than)), confirmed };
    if (confirmed) best = candidate;
    return confirmed;
  }
}

/** Variants that may ship: none slower than the fastest confirmed one by more than `tolerance`. */
export function eligible(times: PrecisionTimes, tolerance: number): TimedPrecision[] {
  const best = times.variants.find(({ name }) => name === times.fastest)!.speed_ratio.value;
  return times.variants.filter(
    ({ confirmed, speed_ratio, name }) =>
      name === times.fastest ||
      (speed_ratio.value >= best * (1 - tolerance) && (confirmed || speed_ratio.low >= best * 0.95)),
  );
}

function timed({ name, fp32_nodes }: PrecisionVariant, ratio: TimedPrecision["speed_ratio"], confirmed: boolean) {
  return { name, fp32_nodes, speed_ratio: ratio, confirmed };
}

/** A ratio to another variant as one to the standard. */
function scaled(variant: PrecisionVariant, ratio: TimedPrecision["speed_ratio"], known: number): TimedPrecision {
  const { value, low, high, n } = ratio;
  return timed(variant, { value: value * known, low: low * known, high: high * known, n }, false);
}

function ratioOf(seen: readonly TimedPrecision[], { name }: PrecisionVariant): number {
  return seen.find((each) => each.name === name)!.speed_ratio.value;
}

function fastest(variants: readonly TimedPrecision[]): TimedPrecision[] {
  return variants
    .filter(({ confirmed }) => !confirmed)
    .filter(({ speed_ratio }) => speed_ratio.value > 1)
    .toSorted((a, b) => b.speed_ratio.value - a.speed_ratio.value)
    .slice(0, 2);
}

function union(base: PrecisionVariant, part: PrecisionVariant, layers: number): PrecisionVariant | undefined {
  const fp32_nodes = [...new Set([...base.fp32_nodes, ...part.fp32_nodes])];
  const grows = fp32_nodes.length > base.fp32_nodes.length && fp32_nodes.length < layers;
  return grows ? { name: `${base.name} and ${part.name}`, fp32_nodes } : undefined;
}
