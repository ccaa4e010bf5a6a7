// Why one file gives way to another, and what a file broke, in words.
import type { DecidedPoint, PromiseResult } from "../workflow/records/measurement.ts";
import { fidelity } from "./fidelity.ts";
import { NEAR } from "./rank.ts";

/** @param other the one that was preferred */
export function compareFiles(file: DecidedPoint, other: DecidedPoint): string {
  const behind = fidelity(other) - fidelity(file);
  const both = `(${figures(file)} against ${figures(other)})`;
  if (behind > NEAR) return `beaten by ${other.candidate_id} by ${behind.toFixed(3)} in fidelity ${both}`;
  if (file.kl_to_teacher > other.kl_to_teacher)
    return `no better than ${other.candidate_id} in fidelity, and further from the teacher ${both}`;
  return `no better than ${other.candidate_id} in fidelity, which came first ${both}`;
}

export function describeBroken(promises: readonly PromiseResult[]): string {
  return promises
    .map(({ promise, promised, measured, high, unit }) => {
      const value = promise === "latency-p95" ? (high ?? measured) : measured;
      return `broke ${promise}: ${value === null ? "more" : amount(value, unit)}, promised ${amount(promised, unit)}`;
    })
    .join("; ");
}

function figures({ top1, agreement_with_teacher, kl_to_teacher, latency_ms_p50 }: DecidedPoint): string {
  const shares = `top-1 ${percent(top1.value)}, agreement ${percent(agreement_with_teacher.value)}`;
  return `${shares}, KL ${kl_to_teacher.toFixed(3)}, ${latency_ms_p50.toFixed(2)} ms`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function amount(value: number, unit: string): string {
  return unit === "bytes" ? `${(value / 1e6).toFixed(2)} MB` : `${value.toFixed(2)} ${unit}`;
}
