// The size promise: bytes of the model file, exact.
import { bytes, count } from "../report/format.ts";
import type { PromiseResult } from "../workflow/records/measurement.ts";

export function gateSize(promised: number, size_bytes: number): PromiseResult {
  const kept = size_bytes <= promised;
  return {
    promise: "size",
    verdict: kept ? "passed" : "failed",
    promised,
    measured: size_bytes,
    unit: "bytes",
    reason: `the file has ${bytes(size_bytes)} (${count(size_bytes)} bytes), ${kept ? "within" : "over"} ${bytes(promised)}`,
  };
}
