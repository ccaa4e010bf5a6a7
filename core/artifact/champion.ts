// aliases/<job name>/champion.json: which published artifact is the one in use. Moved by compare-and-swap.
import type { ReportModel } from "../report/report-model.ts";

export interface Champion {
  readonly version: 1;
  readonly run: string;
  /** SHA-256 of the artifact's manifest.json. */
  readonly artifact: string;
  readonly top1: number;
  readonly top1_n: number;
  readonly size_bytes: number;
  readonly latency_ms_p95: number;
}

export function championOf(run: string, artifact: string, model: ReportModel): Champion {
  const { file } = model;
  if (!file) throw new Error("Expected a report with a certified file, got one without");
  return {
    version: 1,
    run,
    artifact,
    top1: file.accuracy.top1.value,
    top1_n: file.accuracy.top1.n,
    size_bytes: file.size_bytes,
    latency_ms_p95: file.latency.ms_p95,
  };
}

/** A job's name may hold anything, a store path may not: bytes but letters, digits, dot, dash become "=" and hex. */
export function aliasPath(jobName: string, sha256: (text: string) => string): string {
  const bytes = [...new TextEncoder().encode(jobName)];
  const segment = bytes.map((byte, index) => {
    const character = String.fromCharCode(byte);
    const hex = `=${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    // A segment begins with a letter, a digit or an underscore; the underscore is the mark of an encoded beginning.
    if (index === 0) return /[A-Za-z0-9]/.test(character) ? character : `_${hex}`;
    return /[A-Za-z0-9._-]/.test(character) ? character : hex;
  });
  const whole = segment.join("");
  // Stores take segments of at most 200 characters; "+" never comes from a name, so a hashed name is nobody else's.
  const name = whole.length <= 200 ? whole : `${whole.slice(0, 100)}+${sha256(jobName)}`;
  return `aliases/${name}/champion.json`;
}
