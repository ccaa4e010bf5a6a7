// How close a quantized file is to its fp32 file on held-out pictures.
import { openModel } from "../../adapters/latency/session.ts";
import { openNpy } from "../../adapters/npy.ts";
import { agreement, top1 } from "../../core/statistics/accuracy.ts";
import { klBySample } from "../../core/statistics/divergence.ts";
import { type Logits, logitsOf } from "../../core/statistics/logits.ts";
import { mean } from "../../core/statistics/mean.ts";

export interface Fidelity {
  readonly n: number;
  /** Kullback-Leibler divergence of the quantized answers from the fp32 ones, nats. */
  readonly kl_mean: number;
  readonly disagreements: number;
  /** Undefined for a model whose classes are not the data's. */
  readonly top1_change_points?: number;
}

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

export function fidelityOf(fp32: Logits, quantized: Logits, labels: readonly number[] | undefined): Fidelity {
  const { value, n } = agreement(fp32, quantized);
  const change = labels && 100 * (top1(quantized, labels).value - top1(fp32, labels).value);
  return {
    n,
    kl_mean: mean(klBySample(fp32, quantized)),
    disagreements: Math.round((1 - value) * n),
    ...(change !== undefined && { top1_change_points: change }),
  };
}
