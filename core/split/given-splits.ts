// What the data source's own splits mean. train and val given: val is the test, since it was held out; train and test
// given: validation is carved from train; all three: used as given; only train, or none: all are drawn.
import type { Problem } from "../errors/problem.ts";
import type { Split } from "../workflow/records/plan.ts";
import type { HashedSample } from "./sample.ts";

export interface GivenSplits {
  /** What may become of a sample: exactly these splits, the last of them where nothing else decides. */
  readonly choices: (sample: HashedSample) => readonly Split[];
  readonly note: string;
}

const CARVED: readonly Split[] = ["validation", "train"];
const HELD_OUT: readonly Split[] = ["test"];
const ALL: readonly Split[] = ["test", "validation", "train"];

export function readGivenSplits(samples: readonly HashedSample[]): GivenSplits | { readonly problem: Problem } {
  const given = new Set(samples.map(({ split }) => split));
  const has = (split: Split) => given.has(split);
  const splits = [...given].filter((split) => split !== undefined);
  if (splits.length > 0 && given.has(undefined)) {
    const bare = samples.find(({ split }) => split === undefined)?.path ?? "";
    const message =
      "Expected a split for every sample or for none, got some without: fill in the split, or remove it everywhere.";
    return { problem: { message, where: bare } };
  }
  if (splits.length === 0 || (splits.length === 1 && has("train"))) {
    return { choices: () => ALL, note: "Splits are drawn by content: 15 % test, then 15 % of the rest validation." };
  }
  if (!has("train")) {
    return {
      problem: { message: `Expected samples to train on, got only ${splits.join(" and ")}: name one split train.` },
    };
  }
  if (has("validation") && has("test")) {
    return { choices: ({ split }) => [split ?? "train"], note: "Splits are used as given." };
  }
  const held = has("test") ? "test" : "val";
  return {
    choices: ({ split }) => (split === "train" ? CARVED : HELD_OUT),
    note: `The given ${held} split is the test; 15 % of train, drawn by content, is validation.`,
  };
}
