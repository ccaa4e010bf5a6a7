// Reads done.json without trust: another process, another version or a failing disk may have written it.
import { pathProblem } from "./path-rules.ts";
import type { DoneRecord, StepPointer } from "./store.ts";

const SHA256 = /^[0-9a-f]{64}$/;

/** The record, or undefined where the bytes are not a done.json of this step: a miss, not an error. */
export function parseDoneRecord(bytes: Uint8Array, pointer: StepPointer): DoneRecord | undefined {
  const value = parse(bytes);
  if (!isRecord(value) || value.step !== pointer.step || value.key !== pointer.key) return undefined;
  const { attempt, files } = value;
  if (typeof attempt !== "string" || attempt.includes("/") || pathProblem(attempt) !== undefined) return undefined;
  if (!isRecord(files) || !Object.entries(files).every(([name, file]) => isFile(name, file))) return undefined;
  return value as unknown as DoneRecord;
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isFile(name: string, file: unknown): boolean {
  if (pathProblem(name) !== undefined || !isRecord(file)) return false;
  return Number.isSafeInteger(file.size_bytes) && typeof file.sha256 === "string" && SHA256.test(file.sha256);
}
