// All files of one entry on the same test pictures, and against each other on the clock in one process.
import { join } from "node:path";
import { predictedClasses } from "../../../core/statistics/logits.ts";
import { logitsOnPixels } from "../fidelity/closeness.ts";
import { writePixels } from "../samples.ts";
import { PIXEL_FILES, readLabels, type Splits } from "./pictures.ts";
import type { ChainFile } from "./record.ts";
import { timeTogether } from "./timing.ts";

const BLOCKS = 7;
const RUNS_PER_BLOCK = 20;

export type FileToMeasure = Omit<ChainFile, "size_bytes" | "sha256" | "ms_p50" | "speedup" | "correct"> & {
  readonly path: string;
};

export async function measureEntry(
  folder: string,
  splits: Splits,
  baseline: string,
  files: readonly FileToMeasure[],
): Promise<{ files: ChainFile[]; baseline_ms_p50: number }> {
  const labels = readLabels(splits.labels("test"));
  const named = files.map(({ name, path }) => ({ name, path }));
  const timed = await timeTogether([{ name: "baseline", path: baseline }, ...named], BLOCKS, RUNS_PER_BLOCK);
  const measured: ChainFile[] = [];
  for (const { path, ...facts } of files) {
    const pixels = join(folder, PIXEL_FILES.test(facts.input_size));
    await writePixels(splits.root, splits.test, facts.input_size, pixels);
    const answers = predictedClasses(await logitsOnPixels(path, pixels));
    const correct = answers.map((answer, at) => (answer === labels[at] ? "1" : "0")).join("");
    const { ms_p95: _, ...timing } = timed.get(facts.name)!;
    measured.push({ ...facts, ...timing, correct });
  }
  return { files: measured, baseline_ms_p50: timed.get("baseline")!.ms_p50 };
}
