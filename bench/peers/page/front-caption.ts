// The sentence under the README's picture: what was compared, and the differences at equal latency.
import { type Difference, type ShareResult, shareResults } from "../chain/analysis.ts";
import type { ChainEntry } from "../chain/record.ts";
import { signed } from "./markdown.ts";

export function frontCaption(entries: readonly ChainEntry[]): string {
  const data = [...new Set(entries.map((entry) => entry.data))].join(", ");
  const seeds = new Set(entries.map(({ seed }) => seed)).size;
  const shares = shareResults(entries).filter(({ kept }) => kept > 0);
  const pictures = Math.max(...shares.map(({ over_siblings }) => over_siblings?.points.n ?? 0));
  const by = (pick: (result: ShareResult) => Difference | undefined) =>
    shares.map((result) => (pick(result) ? signed(pick(result)!.points.value, 1) : "no file")).join(", ");
  const asked = shares.map(({ share }) => `1/${share}`).join(", ");
  return (
    `${data}, ${seeds} ${seeds === 1 ? "seed" : "seeds"}, n = ${pictures}; for ${asked} of the fp32 latency, points of top-1 at the latency of Decant's file: ` +
    `${by(({ over_siblings }) => over_siblings)} over smaller inputs, ${by(({ over_pruned }) => over_pruned)} over torch-pruning, ` +
    `${by(({ over_fp32 }) => over_fp32)} against the best fp32 network at any input size and latency.`
  );
}
