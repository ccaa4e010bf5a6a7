// Reads manifest.jsonl, the rows that Plan wrote.
import type { ManifestRow, Split } from "../workflow/records/plan.ts";

const SPLITS: readonly Split[] = ["train", "validation", "test"];

/** The rows in file order. Throws where a line is not what Plan writes: such a file is a defect, not a user's mistake. */
export function parseManifestRows(text: string): ManifestRow[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line, at) => {
      const row = JSON.parse(line) as ManifestRow;
      const valid =
        typeof row.path === "string" &&
        typeof row.sha256 === "string" &&
        Number.isInteger(row.label) &&
        SPLITS.includes(row.split) &&
        Number.isSafeInteger(row.size_bytes);
      if (!valid)
        throw new Error(`Expected path, sha256, size_bytes, label and split in manifest.jsonl line ${at + 1}`);
      return row;
    });
}
