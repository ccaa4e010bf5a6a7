// Entries of a chain comparison for tests: only what a test is about has to be said.
import type { ChainEntry, ChainFile } from "../../../../bench/peers/chain/record.ts";

export function chainFile(given: Partial<ChainFile>): ChainFile {
  return {
    side: "sibling",
    name: "sibling-96",
    input_size: 96,
    size_bytes: 3_600_000,
    sha256: "0".repeat(64),
    ms_p50: 1,
    speedup: { value: 12, low: 11.5, high: 12.5 },
    correct: "0101",
    images_seen: 3200,
    training_seconds: 60,
    ...given,
  };
}

export function chainEntry(given: Partial<ChainEntry>): ChainEntry {
  return {
    data: "flowers",
    manifest_hash: "2620894c".padEnd(64, "0"),
    test_digest: "a",
    seed: 0,
    command: "npm run bench:peers -- --only chain --data flowers --seeds 1",
    settings: {
      size: "1.5 MB",
      time: "5 min",
      shares: [8],
      sibling_sizes: [96],
      pruned_sizes: [],
      quantizer: "ort-percentile",
      calibration_count: 128,
    },
    versions: "{}",
    counts: { train: 500, validation: 100, test: 4 },
    allowed: { images: 3200, seconds: 60 },
    cpu_model: "one CPU",
    baseline_ms_p50: 12,
    files: [],
    failures: [],
    ...given,
  };
}
