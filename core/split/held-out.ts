// Which samples of a folder may judge a finished file: its test split where it has one, by the rules of a run; else all.
import { cleanSamples } from "./clean-samples.ts";
import type { HashedSample } from "./sample.ts";
import { splitSamples } from "./split-samples.ts";

export interface HeldOut {
  readonly samples: readonly HashedSample[];
  readonly part: "test" | "all";
  /** As many samples of each class as the recorded test split: taken to be the same ones. */
  readonly as_recorded: boolean;
}

/** @param recorded samples of the recorded test split, by class name; @param sha256 to lower-case hex */
export function chooseHeldOut(
  samples: readonly HashedSample[],
  recorded: ReadonlyMap<string, number>,
  sha256: (text: string) => string,
): HeldOut {
  const drawn = splitSamples(samples, new Map(), sha256);
  const test = drawn.problems.length > 0 ? [] : drawn.samples.filter(({ split }) => split === "test");
  const given = samples.some(({ split }) => split !== undefined);
  // A split that is drawn here is only the run's own where it comes out the same; a new folder is held out as a whole.
  if (test.length > 0 && (given || counted(test, recorded))) {
    return { samples: test, part: "test", as_recorded: counted(test, recorded) };
  }
  const named = samples.filter(({ split }) => split === "test");
  const all = cleanSamples(named.length > 0 ? named : samples, new Map(), { choices: () => ["test"] }).kept;
  return { samples: all, part: named.length > 0 ? "test" : "all", as_recorded: counted(all, recorded) };
}

function counted(samples: readonly HashedSample[], recorded: ReadonlyMap<string, number>): boolean {
  const counts = Map.groupBy(samples, ({ label }) => label);
  return counts.size === recorded.size && [...recorded].every(([label, n]) => counts.get(label)?.length === n);
}
