// Samples gathered into units, each with the splits that it may still get and the ones that are settled.
import type { Problem } from "../errors/problem.ts";
import { compareCodePoints } from "../text/code-point-order.ts";
import type { Split } from "../workflow/records/plan.ts";
import type { GivenSplits } from "./given-splits.ts";
import { type Assignments, contentUnit, type HashedSample, unitOf } from "./sample.ts";

export interface Unit {
  readonly key: string;
  readonly samples: readonly HashedSample[];
  /** Samples by label. */
  readonly counts: ReadonlyMap<string, number>;
  /** 0..1, from the hash alone. */
  readonly fraction: number;
  readonly choices: readonly Split[];
  /** From earlier runs. */
  readonly settled?: Split;
}

const HEX_DIGITS = 13; // 52 bits: exact in a double

/** Units in order of fraction, so that the order of samples never matters; and what contradicts itself. */
export function gatherUnits(
  samples: readonly HashedSample[],
  given: GivenSplits,
  recorded: Assignments,
  sha256: (text: string) => string,
): { readonly units: readonly Unit[]; readonly problems: readonly Problem[] } {
  const torn: string[] = [];
  const moved: string[] = [];
  const units = [...Map.groupBy(samples, unitOf)].map(([key, members]): Unit => {
    const choices = given.choices(members[0]!);
    if (members.some((member) => !isSame(given.choices(member), choices))) torn.push(key);
    const settled = settledSplit(key, members, recorded);
    if (settled === "torn" || (settled !== undefined && !choices.includes(settled))) moved.push(key);
    const hash = key.startsWith("sha256:") ? key.slice("sha256:".length) : sha256(key);
    return {
      key,
      samples: members,
      counts: countLabels(members),
      fraction: Number.parseInt(hash.slice(0, HEX_DIGITS), 16) / 16 ** HEX_DIGITS,
      choices,
      ...(settled === undefined || settled === "torn" ? {} : { settled }),
    };
  });
  units.sort((a, b) => a.fraction - b.fraction || compareCodePoints(a.key, b.key));
  return { units, problems: [...tornProblems(torn), ...movedProblems(moved, samples)] };
}

function isSame(a: readonly Split[], b: readonly Split[]): boolean {
  return a === b || a.join() === b.join();
}

function countLabels(members: readonly HashedSample[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { label } of members) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

/** What earlier runs gave the unit; "torn" where its samples were on several sides. */
function settledSplit(
  key: string,
  members: readonly HashedSample[],
  recorded: Assignments,
): Split | "torn" | undefined {
  if (recorded.size === 0) return undefined;
  const splits = new Set([recorded.get(key), ...members.map((member) => recorded.get(contentUnit(member)))]);
  splits.delete(undefined);
  return splits.size > 1 ? "torn" : [...splits][0];
}

function tornProblems(keys: readonly string[]): Problem[] {
  if (keys.length === 0) return [];
  const names = keys.slice(0, 5).map((key) => key.slice("group:".length));
  const message = `Expected each group on one side of the given splits, got ${keys.length} on several (${names.join(", ")}): move them, or leave the splits to be drawn.`;
  return [{ message }];
}

function movedProblems(keys: readonly string[], samples: readonly HashedSample[]): Problem[] {
  if (keys.length === 0) return [];
  const first = samples.find((sample) => unitOf(sample) === keys[0])?.path ?? "";
  const message = `Expected every sample on the side where earlier runs of this job had it, got ${keys.length} that moved between train, validation and test (such as ${first}). A model must not be tested on what it was trained on: undo the move, or give the job a new name to start afresh.`;
  return [{ message }];
}
