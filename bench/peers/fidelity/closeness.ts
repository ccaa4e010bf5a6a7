// How close a quantized file is to its fp32 file on held-out pictures.
import { openModel } from "../../../adapters/latency/session.ts";
import { openNpy } from "../../../adapters/npy.ts";
import { klBySample } from "../../../core/statistics/divergence.ts";
import { type Logits, logitsOf, predictedClasses } from "../../../core/statistics/logits.ts";
import { mean } from "../../../core/statistics/mean.ts";
import type { Fidelity } from "./record.ts";

export async function logitsOnPixels(model: string, pixels: string): Promise<Logits> {
  const open = await openModel(model, 2);
  const npy = openNpy(pixels);
  try {
    const [count = 0, size = 0] = npy.header.shape;
    const rows: Float32Array[] = [];
    for (let at = 0; at < count; at += 1) rows.push(Float32Array.from(await open.run(open.feedOf(npy.row(at), size))));
    const classes = rows[0]?.length ?? 1;
    const all = new Float32Array(rows.length * classes);
    for (const [at, row] of rows.entries()) all.set(row, at * classes);
    return logitsOf(all, classes);
  } finally {
    npy.close();
  }
}

export function fidelityOf(fp32: Logits, quantized: Logits, labels: readonly number[]): Fidelity {
  const [before, after] = [predictedClasses(fp32), predictedClasses(quantized)];
  const changes = labels.map((label, at) => {
    const change = Number(after[at] === label) - Number(before[at] === label);
    return change > 0 ? "+" : change < 0 ? "-" : "=";
  });
  const count = (sign: string) => changes.filter((change) => change === sign).length;
  return {
    n: labels.length,
    kl_mean: mean(klBySample(fp32, quantized)),
    disagreements: before.filter((answer, at) => answer !== after[at]).length,
    top1_change_points: (100 * (count("+") - count("-"))) / labels.length,
    changes: changes.join(""),
  };
}
