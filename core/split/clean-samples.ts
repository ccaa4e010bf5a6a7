// Copies: of the same bytes under one label one is kept, held-out before train; under two labels none is.
import { compareCodePoints } from "../text/code-point-order.ts";
import type { LeftOut, Split } from "../workflow/records/plan.ts";
import type { GivenSplits } from "./given-splits.ts";
import { type Assignments, contentUnit, type HashedSample, recordedSplit } from "./sample.ts";

const RANK: Readonly<Record<Split, number>> = { test: 0, validation: 1, train: 2 };
// Earlier runs' assignment comes first, so that a copy added later changes nothing.
const AGREEMENT = 3;

export interface CleanSamples {
  /** In code-point order of path; no content hash twice. */
  readonly kept: readonly HashedSample[];
  readonly left_out: readonly LeftOut[];
}

export function cleanSamples(
  samples: readonly HashedSample[],
  recorded: Assignments,
  { choices }: Pick<GivenSplits, "choices">,
): CleanSamples {
  const rank = (sample: HashedSample) => {
    const settled = recordedSplit(sample, recorded);
    // A copy in a group of another side would tear the group: of equal bytes in two groups, the one first kept stays.
    const own = recorded.get(contentUnit(sample)) ?? settled;
    const agrees = settled === undefined || (own === settled && choices(sample).includes(settled));
    return (agrees ? 0 : 2 * AGREEMENT) + (settled === undefined ? AGREEMENT : RANK[settled]);
  };
  const copies = Map.groupBy(samples, ({ sha256 }) => sha256);
  const kept: HashedSample[] = [];
  const leftOut: LeftOut[] = [];
  for (const group of copies.values()) {
    if (group.length === 1) {
      kept.push(group[0]!);
      continue;
    }
    const labels = new Set(group.map(({ label }) => label));
    if (labels.size > 1) leftOut.push(...contradictions(group, [...labels].sort(compareCodePoints)));
    else {
      const [first, ...others] = group.toSorted((a, b) => rank(a) - rank(b) || compareCopies(a, b));
      if (first) kept.push(first);
      for (const { path } of others) {
        const detail = path === first?.path ? "listed more than once" : `same bytes as ${first?.path}`;
        leftOut.push({ path, reason: "duplicate", detail });
      }
    }
  }
  const byPath = (a: { path: string }, b: { path: string }) => compareCodePoints(a.path, b.path);
  return { kept: kept.sort(byPath), left_out: leftOut.sort(byPath) };
}

function contradictions(group: readonly HashedSample[], labels: readonly string[]): LeftOut[] {
  const detail = `the same bytes are labelled ${labels.slice(0, 5).join(" and ")}`;
  return group.map(({ path }) => ({ path, reason: "contradictory-label" as const, detail }));
}

/** Among copies that earlier runs leave equal: held-out before train, then by name. */
function compareCopies(a: HashedSample, b: HashedSample): number {
  const given = ({ split }: HashedSample) => (split === undefined ? 0 : RANK[split]);
  return given(a) - given(b) || compareCodePoints(a.path, b.path) || compareCodePoints(a.group ?? "", b.group ?? "");
}
