// Budgets drawn at random, from easy to out of reach: evenly on a scale of ratios, since that is how people miss.
import { seededRandom } from "../../core/statistics/random.ts";

/** Keys of a job's budget. */
export type RandomBudget = Readonly<Record<string, string>>;

/** Few different ones, so that runs with the same time share their teacher; 180 s leave no epoch beside a latency promise. */
const TIMES_S = [240, 300, 420] as const;
const LIKELIHOOD = 0.7;

/** The `at`-th budget of a seed, whichever were drawn before: a time, and one to three of size, latency and accuracy. */
export function randomBudget(seed: number, at: number): RandomBudget {
  const random = seededRandom(seed * 100_003 + at);
  const between = (low: number, high: number) => low * (high / low) ** random();
  const all = {
    size: `${between(0.3, 5).toFixed(2)} MB`,
    "latency-p95": `${between(0.4, 20).toFixed(2)} ms`,
    "accuracy-drop": `${between(0.5, 30).toFixed(1)} %`,
  };
  const time = `${TIMES_S[Math.floor(random() * TIMES_S.length)]} s`;
  const kept = Object.entries(all).filter(() => random() < LIKELIHOOD);
  return { ...(kept.length > 0 ? Object.fromEntries(kept) : { size: all.size }), time };
}
