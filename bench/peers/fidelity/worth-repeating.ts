// Which recipes are measured on later draws of calibration pictures: the others could not be the best after the first.
import { isMeasured, type Sides } from "./record.ts";

/** On the first draw a KL of more than so many times the best peer's. */
export const HOPELESS_RATIO = 3;
/** Minutes for each file; it never gave a lower KL than ort-percentile. */
export const SLOW_RECIPES: readonly string[] = ["ort-entropy"];

/** `first`: the first draw's sides. */
export function isWorthRepeating(name: string, first: Sides): boolean {
  if (name === "decant") return true;
  const result = first[name];
  if (!isMeasured(result) || SLOW_RECIPES.includes(name)) return false;
  const peers = Object.entries(first).filter(([other]) => other !== "decant" && !SLOW_RECIPES.includes(other));
  const best = Math.min(...peers.flatMap(([, side]) => (isMeasured(side) ? [side.kl_mean] : [])));
  return result.kl_mean <= HOPELESS_RATIO * best;
}
