// Which sample trains, validates and tests: the whole of it, as one pure function.
import type { Problem } from "../errors/problem.ts";
import type { LeftOut, Split } from "../workflow/records/plan.ts";
import { classProblems } from "./class-problems.ts";
import { cleanSamples } from "./clean-samples.ts";
import { drawSplits } from "./draw-splits.ts";
import { readGivenSplits } from "./given-splits.ts";
import { type Assignments, contentUnit, type HashedSample, type SplitSample } from "./sample.ts";
import { gatherUnits } from "./units.ts";

export interface SplitResult {
  /** In code-point order of path. */
  readonly samples: readonly SplitSample[];
  readonly left_out: readonly LeftOut[];
  readonly problems: readonly Problem[];
  /** How the splits came about. */
  readonly note: string;
  /** The recorded ones and the new ones. */
  readonly assignments: Assignments;
}

/** @param recorded what earlier runs of this job assigned; @param sha256 to lower-case hex */
export function splitSamples(
  samples: readonly HashedSample[],
  recorded: Assignments,
  sha256: (text: string) => string,
): SplitResult {
  const refuse = (problems: readonly Problem[]): SplitResult => ({
    samples: [],
    left_out: [],
    problems,
    note: "",
    assignments: recorded,
  });
  const given = readGivenSplits(samples);
  if ("problem" in given) return refuse([given.problem]);
  const { kept, left_out } = cleanSamples(samples, recorded, given);
  const { units, problems } = gatherUnits(kept, given, recorded, sha256);
  if (problems.length > 0) return refuse(problems);
  const splits = drawSplits(units);
  const sides = new Map<HashedSample, Split>();
  const assignments = new Map(recorded);
  for (const { key, samples: members } of units) {
    const side = splits.get(key) ?? "train";
    if (!assignments.has(key)) assignments.set(key, side);
    for (const member of members) {
      sides.set(member, side);
      // A group's samples are recorded too: should the group column go, they stay where they are.
      if (member.group !== undefined && !assignments.has(contentUnit(member)))
        assignments.set(contentUnit(member), side);
    }
  }
  const split = kept.map((sample): SplitSample => ({ ...sample, split: sides.get(sample) ?? "train" }));
  return { samples: split, left_out, problems: classProblems(split, samples.length), note: given.note, assignments };
}
