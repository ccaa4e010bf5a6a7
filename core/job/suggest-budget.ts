// A first budget for a data set: what its size can resolve and what training on it takes. Rules of thumb, to be edited.
import { formatDuration } from "./unit/duration.ts";
import { formatSize } from "./unit/size.ts";

export interface SuggestedBudget {
  readonly size: string;
  readonly accuracy_drop: string;
  readonly time: string;
}

const BASE_BYTES = 2_500_000;
/** One int8 row of a 1,280-wide head. */
const BYTES_PER_CLASS = 1280;
const FREE_CLASSES = 100;
// Training samples, up to which so many minutes do on a laptop.
const MINUTES: readonly (readonly [samples: number, minutes: number])[] = [
  [1000, 10],
  [3000, 15],
  [10_000, 30],
  [50_000, 120],
];
const MINUTES_AT_MOST = 480;

export function suggestBudget(counts: { classes: number; train: number; test: number }): SuggestedBudget {
  const bytes = BASE_BYTES + Math.max(0, counts.classes - FREE_CLASSES) * BYTES_PER_CLASS;
  const minutes = MINUTES.find(([samples]) => counts.train <= samples)?.[1] ?? MINUTES_AT_MOST;
  return {
    size: formatSize(Math.ceil(bytes / 100_000) * 100_000),
    // A hundred samples can't tell 1 % from 3 %.
    accuracy_drop: `${counts.test < 100 ? 5 : counts.test < 1000 ? 3 : 2} %`,
    time: formatDuration(minutes * 60),
  };
}
