// Files timed beside each other on the clock of the process's own work, which others on the machine hardly change.
import { measureLatency } from "../../../adapters/latency/measure.ts";
import { latencyOf } from "../../../core/statistics/latency.ts";
import type { Estimate } from "../../../core/workflow/records/measurement.ts";

export interface FileToTime {
  readonly name: string;
  readonly path: string;
}

export interface TimedFile {
  readonly ms_p50: number;
  readonly ms_p95: number;
  readonly speedup: Estimate;
  readonly size_bytes: number;
  readonly sha256: string;
}

/** By name; speedup: over the first file. */
export async function timeTogether(files: readonly FileToTime[], blocks: number, runs: number) {
  const request = { kind: "latency", models: files, threads: 1, blocks, runs_per_block: runs, clock: "cpu" } as const;
  const { blocks_ms, files: read } = await measureLatency(request, new AbortController().signal);
  const baseline = blocks_ms[files[0]!.name]!;
  const timed = read.map(({ name, size_bytes, sha256 }): [string, TimedFile] => {
    const { ms_p50, ms_p95, speedup_over_baseline: speedup } = latencyOf(blocks_ms[name]!, baseline);
    return [name, { ms_p50, ms_p95, speedup, size_bytes, sha256 }];
  });
  return new Map(timed);
}
