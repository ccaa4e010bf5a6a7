// What Certify found of a file counts more than what Measure had found.
import type { Certificate, DecidedPoint, PromiseResult } from "../workflow/records/measurement.ts";
import { pointKey } from "./point-key.ts";

/** Where Certify stopped at size or latency, accuracy stays as it was measured. */
export function asCertified(
  points: readonly DecidedPoint[],
  certificate: Certificate | null | undefined,
): DecidedPoint[] {
  if (!certificate) return [...points];
  const key = pointKey(certificate.point);
  return points.map((point) => (pointKey(point) === key ? corrected(point, certificate.promises) : point));
}

function corrected(point: DecidedPoint, promises: readonly PromiseResult[]): DecidedPoint {
  const again = new Map(promises.map((result) => [result.promise, result]));
  const latency = again.get("latency-p95");
  return {
    ...point,
    latency_ms_p95_upper: latency?.high ?? latency?.measured ?? point.latency_ms_p95_upper,
    promises: point.promises.map((result) => again.get(result.promise) ?? result),
  };
}
