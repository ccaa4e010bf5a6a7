// Rounds a channel's weights together, so that their errors cancel in the outputs: coordinate descent on the quadratic
// (q - w)^T H (q - w), H the covariance of the layer's inputs (QuantEase, Behdin et al. 2023, arXiv:2309.01885; the objective is
// Nagel et al. 2020, arXiv:2004.10568). Every move keeps int8's range and the pair limit, and none makes the error larger.
import { INT8_SYMMETRIC } from "./arithmetic.ts";
import type { InputSpread } from "./input-moments.ts";
import { allowedBeside } from "./pair-limit.ts";

/** Sweeps over the weights; most channels settle in two or three. */
const SWEEPS_MAX = 4;

/** `exact` and `steps` in the order of the reduction; `steps` is improved in place. */
export function improveRounding(
  exact: Float64Array,
  scale: number,
  limited: boolean,
  spread: InputSpread,
  steps: Int8Array,
): void {
  const { covariance, variances } = spread;
  const size = exact.length;
  const gradient = gradientOf(exact, scale, steps, covariance);
  for (let sweep = 0; sweep < SWEEPS_MAX; sweep += 1) {
    let moved = 0;
    for (let at = 0; at < size; at += 1) {
      const curvature = variances[at]!;
      if (curvature <= 0) continue;
      const wanted = Math.round(-gradient[at]! / (curvature * scale));
      if (wanted === 0) continue;
      const partner = at ^ 1;
      const { low, high } = limited && partner < size ? allowedBeside(steps[partner]!) : INT8_SYMMETRIC;
      const next = Math.min(high, Math.max(low, steps[at]! + wanted));
      const change = (next - steps[at]!) * scale;
      if (change === 0) continue;
      steps[at] = next;
      moved += 1;
      const row = at * size;
      for (let other = 0; other < size; other += 1) gradient[other]! += change * covariance[row + other]!;
    }
    if (moved === 0) return;
  }
}

/** H (q - w). */
function gradientOf(exact: Float64Array, scale: number, steps: Int8Array, covariance: Float32Array): Float64Array {
  const size = exact.length;
  const gradient = new Float64Array(size);
  for (let at = 0; at < size; at += 1) {
    const error = steps[at]! * scale - exact[at]!;
    const row = at * size;
    for (let other = 0; other < size; other += 1) gradient[other]! += error * covariance[row + other]!;
  }
  return gradient;
}
