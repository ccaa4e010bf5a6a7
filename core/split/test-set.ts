// Which images a test split holds: a digest over their content hashes, and where they are few, the hashes themselves.

/** More hashes would make provenance.json, and the report that holds it, larger than the model. */
export const LISTED_MAX = 2000;

export interface TestSet {
  /** SHA-256 over the sorted hashes, one a line. */
  readonly digest: string;
  /** SHA-256 of each sample's file, sorted; null where there are more than LISTED_MAX. */
  readonly hashes: readonly string[] | null;
}

/** @param hashes of the samples' files, lower-case hex, in any order; @param sha256 to lower-case hex */
export function testSetOf(hashes: readonly string[], sha256: (text: string) => string): TestSet {
  const sorted = hashes.toSorted();
  return { digest: sha256(sorted.join("\n")), hashes: sorted.length > LISTED_MAX ? null : sorted };
}
