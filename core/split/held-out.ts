// Which samples of a folder may judge a finished file: the very images of the recorded test split, wherever they can be told.
import { cleanSamples } from "./clean-samples.ts";
import type { HashedSample } from "./sample.ts";
import { splitSamples } from "./split-samples.ts";
import { type TestSet, testSetOf } from "./test-set.ts";

export interface RecordedTest extends TestSet {
  /** Samples by class name. */
  readonly counts: ReadonlyMap<string, number>;
  /** Paths that the run could not decode, and that it therefore left out after the splits were drawn. */
  readonly undecodable: ReadonlySet<string>;
}

export interface HeldOut {
  readonly samples: readonly HashedSample[];
  readonly part: "test" | "all";
  /** Whether they are the recorded test images, each of them and no other, labelled as then. */
  readonly as_recorded: boolean;
  /** The same in words. */
  readonly detail: string;
}

const SAME = "these are the recorded test images";
const OTHER = "these are not the recorded test images, and images that it was trained on may be among them";

/** @param sha256 to lower-case hex */
export function chooseHeldOut(
  samples: readonly HashedSample[],
  recorded: RecordedTest,
  sha256: (text: string) => string,
): HeldOut {
  const listed = pickListed(samples, recorded.hashes ?? []);
  if (recorded.hashes !== null && listed.length > 0) return judgeListed(listed, recorded.hashes.length, recorded);
  // With the digest alone the splits are drawn as the run drew them; a group or an earlier run's assignment changes that.
  const decodable = (chosen: readonly HashedSample[]) => chosen.filter(({ path }) => !recorded.undecodable.has(path));
  const drawn = splitSamples(samples, new Map(), sha256);
  const test = drawn.problems.length > 0 ? [] : decodable(drawn.samples.filter(({ split }) => split === "test"));
  const named = decodable(withoutCopies(samples.filter(({ split }) => split === "test")));
  const all = decodable(withoutCopies(samples));
  const isRecorded = (chosen: readonly HashedSample[]) =>
    chosen.length > 0 && testSetOf(hashesOf(chosen), sha256).digest === recorded.digest;
  const same = [test, named, all].find(isRecorded);
  if (same) return { samples: same, part: same === all ? "all" : "test", ...judgeLabels(same, recorded) };
  const given = samples.some(({ split }) => split !== undefined);
  const part = given && test.length > 0 ? test : named;
  if (part.length > 0) return { samples: part, part: "test", as_recorded: false, detail: OTHER };
  return { samples: all, part: "all", as_recorded: false, detail: OTHER };
}

/** One sample for each hash that is there; none where it stands under two labels. */
function pickListed(samples: readonly HashedSample[], hashes: readonly string[]): readonly HashedSample[] {
  const wanted = new Set(hashes);
  return withoutCopies(samples.filter(({ sha256 }) => wanted.has(sha256)));
}

function judgeListed(listed: readonly HashedSample[], count: number, recorded: RecordedTest): HeldOut {
  if (listed.length === count) return { samples: listed, part: "test", ...judgeLabels(listed, recorded) };
  const detail = `only ${listed.length} of the ${count} recorded test images are there under one label`;
  return { samples: listed, part: "test", as_recorded: false, detail };
}

function judgeLabels(same: readonly HashedSample[], { counts }: RecordedTest) {
  const found = Map.groupBy(same, ({ label }) => label);
  const expected = [...counts].filter(([, n]) => n > 0);
  const as_recorded = found.size === expected.length && expected.every(([label, n]) => found.get(label)?.length === n);
  return { as_recorded, detail: as_recorded ? SAME : "these are the recorded test images, but labelled otherwise" };
}

function withoutCopies(samples: readonly HashedSample[]): readonly HashedSample[] {
  return cleanSamples(samples, new Map(), { choices: () => ["test"] }).kept;
}

function hashesOf(samples: readonly HashedSample[]): string[] {
  return samples.map(({ sha256 }) => sha256);
}
