// Rounds a channel's weights together, so that their errors cancel in the outputs: coordinate descent on the quadratic
// (q - w)^T H (q - w) - 2 p^T (q - w), H the covariance of the layer's inputs, p the pull of what its outputs lack since those
// inputs are quantized (QuantEase, Behdin et al. 2023, arXiv:2309.01885; the objectives are Nagel et al. 2020, arXiv:2004.10568,
// and Li et al. 2025, arXiv:2504.02692). Every move keeps int8's range and the pair limit, and none makes the error larger.
import { INT8_SYMMETRIC } from "./arithmetic.ts";
import type { InputSpread } from "./layer-moments.ts";
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
  const { covariance, variances, pull } = spread;
  const size = exact.length;
  const gradient = gradientOf(exact, scale, steps, covariance, pull);
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

/** H (q - w) - p. */
function gradientOf(
  exact: Float64Array,
  scale: number,
  steps: Int8Array,
  covariance: Float32Array,
  pull: Float32Array,
): Float64Array {
  const size = exact.length;
  const gradient = Float64Array.from(pull, (value) => -value);
  for (let at = 0; at < size; at += 1) {
    const error = steps[at]! * scale - exact[at]!;
    const row = at * size;
    for (let other = 0; other < size; other += 1) gradient[other]! += error * covariance[row + other]!;
  }
  return gradient;
}
