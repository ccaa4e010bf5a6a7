// Which training samples calibrate and which are held back to choose between observers: the same number of each class
// as far as they go, drawn by seed.
import { seededRandom } from "../statistics/random.ts";

export interface ChosenSamples {
  readonly calibration: readonly number[];
  readonly held_back: readonly number[];
}

/** `labels`: class index by sample. Answers indices in ascending order; the two lists share none. */
export function chooseSamples(
  labels: ArrayLike<number>,
  wanted: { readonly calibration: number; readonly held_back: number },
  seed: number,
): ChosenSamples {
  const order = dealt(labels, seed);
  // With few samples both lists shrink alike; calibration keeps at least one.
  const share = Math.min(1, order.length / (wanted.calibration + wanted.held_back));
  const held = Math.min(Math.floor(wanted.held_back * share), order.length - 1);
  const ascending = (list: number[]) => list.sort((a, b) => a - b);
  return {
    held_back: ascending(order.slice(0, held)),
    calibration: ascending(order.slice(held, held + wanted.calibration)),
  };
}

/** Samples in rounds of one from each class, as cards are dealt, shuffled within each class and within each round: where
 * there are more classes than places, it is chance which of them are seen. */
function dealt(labels: ArrayLike<number>, seed: number): number[] {
  const byClass = new Map<number, number[]>();
  Array.from(labels).forEach((label, at) => {
    const list = byClass.get(label);
    if (list === undefined) byClass.set(label, [at]);
    else list.push(at);
  });
  const random = seededRandom(seed);
  const piles = [...byClass].sort(([a], [b]) => a - b).map(([, samples]) => shuffled(samples, random));
  const rounds = piles.reduce((longest, pile) => Math.max(longest, pile.length), 0);
  const dealtIn = (round: number) => piles.flatMap((pile) => pile.slice(round, round + 1));
  return Array.from({ length: rounds }, (_, round) => shuffled(dealtIn(round), random)).flat();
}

/** Fisher and Yates 1938, as Durstenfeld 1964 wrote it. */
function shuffled(values: readonly number[], random: () => number): number[] {
  const list = [...values];
  for (let at = list.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    [list[at], list[other]] = [list[other]!, list[at]!];
  }
  return list;
}
