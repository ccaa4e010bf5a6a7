// What a stopped run has found: the point that its last decision would send to Certify. It is told, never published.
import type { StepPointer } from "../core/store/store.ts";
import type { Decision } from "../core/workflow/records/measurement.ts";
import { readOutput } from "../lambdas/run-step.ts";
import type { Services } from "../lambdas/services.ts";
import { readJournal } from "./laptop/journal.ts";

/** One line, or undefined where no candidate was decided on. */
export async function bestSoFar(services: Services, run: string): Promise<string | undefined> {
  const entries = await readJournal(services.store, run);
  const decided = entries.findLast((entry) => entry.event === "state-succeeded" && entry.state === "Decide");
  const pointer = decided?.event === "state-succeeded" ? decided.pointer : undefined;
  const decision = pointer && (await finishedDecision(services, pointer));
  const point = decision?.chosen;
  if (!point) return undefined;
  const { candidate_id, precision, size_bytes, top1 } = point;
  const percent = (100 * top1.value).toFixed(1);
  return `Best so far, not certified: ${candidate_id} (${precision}), ${(size_bytes / 1e6).toFixed(2)} MB, ${percent} % top-1 on ${top1.n} validation samples.`;
}

async function finishedDecision(services: Services, pointer: StepPointer): Promise<Decision | undefined> {
  return (await services.files.find(pointer)) ? readOutput<Decision>(services, pointer) : undefined;
}
