// The likely word behind a misspelt one.
import { distance } from "fastest-levenshtein";

const LONGEST_WORD = 100;
/** Two letters of five may differ: swapped ones count twice. */
const NEAR = 0.4;

/** The nearest of the words where it is near enough to be meant, else undefined. */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  if (word.length > LONGEST_WORD) return undefined;
  const plain = word.toLowerCase().replaceAll("_", "-");
  const ranked = known
    .map((candidate) => ({ candidate, far: distance(plain, candidate.toLowerCase().replaceAll("_", "-")) }))
    .sort((a, b) => a.far - b.far);
  const best = ranked[0];
  return best && best.far <= Math.max(1, Math.floor(best.candidate.length * NEAR)) ? best.candidate : undefined;
}

/** " Did you mean size?", or nothing. */
export function didYouMean(word: string, known: readonly string[]): string {
  const nearest = nearestWord(word, known);
  return nearest === undefined ? "" : ` Did you mean ${nearest}?`;
}

/** "a, b or c", at most `limit` of them. */
export function listWords(words: readonly string[], limit = 12): string {
  if (words.length > limit) return `${words.slice(0, limit).join(", ")} and ${words.length - limit} more`;
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
