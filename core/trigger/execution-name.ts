// The name of a run in the cloud, which is its execution's name: a hash of what started it, so that the same start, told
// any number of times, is one run. Step Functions takes 80 letters, digits, hyphens and underscores.
import { canonicalJson } from "../store/canonical-json.ts";
import type { Trigger } from "./trigger.ts";

const HASH_DIGITS = 24;
const STEM_LENGTH = 40;

/** `<file name without extension>-<24 hex digits>`. @param sha256 to lower-case hex */
export function executionName(trigger: Trigger, sha256: (text: string) => string): string {
  const hash = sha256(canonicalJson(trigger)).slice(0, HASH_DIGITS);
  const stem = trigger.key
    .split("/")
    .at(-1)!
    .replace(/\.[^.]*$/, "");
  const readable = stem
    .replaceAll(/[^A-Za-z0-9-]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, STEM_LENGTH);
  return `${readable === "" ? "job" : readable}-${hash}`;
}
