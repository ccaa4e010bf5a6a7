// The fresh process that measures: reads one request line on standard input, prints one answer line, ends.
// Standard input stays open meanwhile; its end means that the parent is gone, and so does this process.
import { createInterface } from "node:readline";
import { DecantError } from "../../core/errors/problem.ts";
import { computeLogits } from "./compute-logits.ts";
import { countCost } from "./count-cost.ts";
import type { FailedAnswer, MeasuringRequest } from "./measuring-request.ts";
import { profileModels } from "./profile-models.ts";
import { timeModels } from "./time-models.ts";

const lines = createInterface({ input: process.stdin });
lines.on("close", () => process.exit(1));
lines.once("line", async (line) => {
  const answer = await measure(JSON.parse(line)).catch(failed);
  process.stdout.write(`${JSON.stringify(answer)}\n`, () => process.exit(0));
});

function measure(request: MeasuringRequest) {
  switch (request.kind) {
    case "cost":
      return countCost(request);
    case "latency":
      return timeModels(request);
    case "logits":
      return computeLogits(request);
    case "profile":
      return profileModels(request);
  }
}

function failed(error: unknown): FailedAnswer {
  const message = error instanceof Error ? error.message : String(error);
  return { kind: "failed", code: error instanceof DecantError ? error.code : "ChildFailed", message };
}
