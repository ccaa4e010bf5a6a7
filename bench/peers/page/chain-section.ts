// The whole chain against the usual chain: differences at equal latency, then every side's files.
import { type Difference, type PooledFile, pooledFiles, type ShareResult, shareResults } from "../chain/analysis.ts";
import type { ChainEntry, ChainRecord } from "../chain/record.ts";
import { cell, interval, place, shell, signedInterval, table } from "./markdown.ts";

const MB = 1e6;

/** `picture`: whether docs/front.svg shows these results. */
export function chainSection(record: ChainRecord, picture: boolean): string[] {
  const { entries } = record;
  return [
    "## The whole chain against the usual chain",
    "",
    ...(picture ? ["![Accuracy against speed-up: Decant, smaller inputs, torch-pruning](front.svg)", ""] : []),
    howItRan(record),
    "",
    ...shell([...new Set(entries.map(({ command }) => command))]),
    "",
    "Points of top-1 on the same test pictures, Decant minus the other side, with 95 % intervals (bootstrap over pictures, each averaged over seeds). Siblings and torch-pruning are taken at the p50 of Decant's own file: linear between their two neighbouring files, over the logarithm of the latency; outside their files the nearest one stands in, and the table says how often. The best fp32 network at any input size is picked on the test pictures, which favours it.",
    "",
    ...shareTable(shareResults(entries)),
    "",
    "### Every file",
    "",
    "Mean over the entries that have it; speed-up over EfficientNet-Lite0 at 224 px in fp32, measured with all others in one process. Pictures and seconds: what went forward and backward in training, and how long that took; for Decant and its teacher those of the whole run, all candidates together.",
    "",
    ...fileTable(pooledFiles(entries), entries.length),
    "",
    "### Every data set and seed",
    "",
    ...entryTable(entries),
    "",
    ...failureLines(entries),
  ];
}

function howItRan(record: ChainRecord): string {
  const quantizers = [...new Set(record.entries.map(({ settings }) => settings.quantizer))].join(", ");
  const promises = [...new Set(record.entries.map(({ settings: { size, time } }) => `${size}, ${time}`))].join("; ");
  return `Each side starts from the same pretrained EfficientNet-Lite0 and learns, is chosen and is measured on the same pictures. Decant: \`decant run\` with three promises, size, time (${promises}) and p95 at a share of the baseline's. The usual chain may train on as many pictures and for as many seconds as Decant's longest run did in all, for every single file: (a) timm at smaller inputs, every layer, AdamW with warm-up and cosine, label smoothing, random resized crop, flip, colour jitter, averaged weights, once from a random head at 7e-4 (usual) and once from a linear probe at 2e-4 with batch norms that keep their statistics (probe-first), whichever is better on validation; (b) torch-pruning: half of that fine-tunes the network from a linear probe, Taylor importance over dependency groups prunes it globally in 5 steps until its int8 file is as fast as Decant's, the other half fine-tunes it again at 7e-4. Both then get ${quantizers}, the most faithful of the peers' recipes that run at full speed, with the same calibration pictures. No distillation on the peers' side. ${place(record, record.entries)}`;
}

function shareTable(shares: readonly ShareResult[]): string[] {
  const header = ["Latency asked for", "Kept", "Over smaller inputs", "Over torch-pruning", "Over the best fp32"];
  const rows = shares.map(({ share, kept, entries, over_siblings, over_pruned, over_fp32 }) => [
    `1/${share} of Lite0 224 fp32`,
    `${kept} of ${entries}`,
    ...[over_siblings, over_pruned, over_fp32].map(differenceCell),
  ]);
  return table(header, rows);
}

function differenceCell(difference: Difference | undefined): string {
  if (difference === undefined) return "no file";
  const { points, no_file_as_fast, no_file_as_slow } = difference;
  const notes = [
    ...(no_file_as_fast > 0 ? [`${no_file_as_fast} times it has no file as fast`] : []),
    ...(no_file_as_slow > 0 ? [`${no_file_as_slow} times it has no file as slow`] : []),
  ];
  return [`**${signedInterval(points)}**, n = ${points.n}`, ...notes].join("; ");
}

function fileTable(files: readonly PooledFile[], entries: number): string[] {
  const header = ["File", "px", "Recipe", "Entries", "MB", "Speed-up", "Top-1, %", "Pictures", "Seconds"];
  const rows = files
    .toSorted((a, b) => (a.side === b.side ? b.speedup - a.speedup : a.side < b.side ? -1 : 1))
    .map((file) => [
      file.name,
      file.input_sizes.join(", "),
      file.recipes.join(", "),
      `${file.entries} of ${entries}`,
      (file.size_bytes / MB).toFixed(2),
      file.speedup.toFixed(2),
      interval(file.top1, 1),
      String(Math.round(file.images_seen)),
      String(Math.round(file.training_seconds)),
    ]);
  return table(header, rows);
}

function entryTable(entries: readonly ChainEntry[]): string[] {
  const header = [
    "Data",
    "Seed",
    "CPU",
    "Train, validation, test",
    "Allowed pictures",
    "Allowed seconds",
    "Decant's files",
  ];
  const rows = entries.map(({ data, manifest_hash, seed, cpu_model, counts, allowed, files }) => [
    `${data} (${manifest_hash.slice(0, 8)})`,
    String(seed),
    cpu_model,
    `${counts.train}, ${counts.validation}, ${counts.test}`,
    String(allowed.images),
    String(allowed.seconds),
    files
      .filter(({ side }) => side === "decant")
      .map(({ share, speedup, correct, size_bytes }) => {
        const top1 = (100 * [...correct].filter((each) => each === "1").length) / correct.length;
        return `1/${share}: ${top1.toFixed(1)} %, ${speedup.value.toFixed(1)} times, ${(size_bytes / MB).toFixed(2)} MB`;
      })
      .join("; "),
  ]);
  return table(header, rows);
}

function failureLines(entries: readonly ChainEntry[]): string[] {
  const lines = entries.flatMap(({ data, seed, failures }) =>
    failures.map(({ name, error }) => `- ${data}, seed ${seed}, ${name}: ${cell(error)}`),
  );
  return lines.length === 0 ? [] : ["### What gave no file", "", ...lines, ""];
}
