// aliases/<job name>/splits.json: a job's assignments as JSON, in an order that makes equal ones equal bytes.
import { canonicalJson } from "../store/canonical-json.ts";
import type { Split } from "../workflow/records/plan.ts";
import type { Assignments } from "./sample.ts";

const SPLITS: readonly string[] = ["train", "validation", "test"];

export function splitsPath(jobName: string): string {
  return `aliases/${jobName}/splits.json`;
}

export function writeAssignments(assignments: Assignments): string {
  return `${canonicalJson({ version: 1, units: Object.fromEntries(assignments) })}\n`;
}

/** Undefined where the text is not what writeAssignments writes. */
export function readAssignments(text: string): Assignments | undefined {
  try {
    const { version, units } = JSON.parse(text) as { version?: unknown; units?: unknown };
    if (version !== 1 || typeof units !== "object" || units === null || Array.isArray(units)) return undefined;
    const entries = Object.entries(units);
    const sound = entries.every(([unit, split]) => /^(?:sha256|group):./.test(unit) && SPLITS.includes(split));
    return sound ? new Map(entries as [string, Split][]) : undefined;
  } catch {
    return undefined;
  }
}
