// Which peer quantizer the usual chain gets: the most faithful of those that run at full speed in ONNX Runtime.
import { pooledSides } from "../fidelity/pooled.ts";
import type { FidelityRecord } from "../fidelity/record.ts";

/** U8S8, per channel, QDQ; ort-entropy, which takes minutes for each file, never was the most faithful. NNCF's and AIMET's files and
 * S8S8 leave convolutions unfused and are slower, some than fp32. */
const FAST = ["ort-minmax", "ort-percentile"] as const;

/** Lowest KL to fp32 over all recorded pairs; without a record the recipe that won on flowers. */
export function bestRecipe(fidelity: FidelityRecord | undefined): string {
  const sides = fidelity ? pooledSides(fidelity.pairs) : [];
  const fast = sides.filter(({ name }) => (FAST as readonly string[]).includes(name));
  return fast.toSorted((a, b) => a.kl.value - b.kl.value)[0]?.name ?? "ort-percentile";
}
