// Which layers of a network stay in fp32 on this target: measured once for each structure, CPU, threads and runtime version,
// and kept as a step of its own. Quantize reads the record and never the clock, so that its file follows from records.
import { timePrecisions } from "../adapters/latency/time-precisions.ts";
import type { Model } from "../core/onnx/graph.ts";
import { structureOf } from "../core/onnx/structure.ts";
import { QUANTIZER_DEFAULTS, type Quantizer } from "../core/quantizers/quantizer.ts";
import type { StepPointer } from "../core/store/store.ts";
import { measurableTarget } from "../core/targets/list.ts";
import type { PrecisionTimes } from "../core/workflow/records/measurement.ts";
import type { PlanRecord } from "../core/workflow/records/plan.ts";
import { measuringEnvironment } from "./measuring.ts";
import { runStep } from "./run-step.ts";
import type { Services } from "./services.ts";

/** Seconds after which the search begins no new comparison. */
const LIMIT_S = 30;

export interface PrecisionRecord {
  readonly pointer: StepPointer;
  readonly output: PrecisionTimes;
}

/** undefined where no latency is promised, or the target can't be measured here: then the fixed rule holds. */
export async function precisionTimes(
  services: Services,
  plan: PlanRecord,
  model: Model,
  quantizer: Quantizer,
): Promise<PrecisionRecord | undefined> {
  const { device, threads } = plan.target;
  if (plan.budget.latency_ms_p95 === undefined) return undefined;
  if (!measurableTarget(device, services.machine).measurable) return undefined;
  const request = {
    step: "time-precisions" as const,
    upstream: [],
    slice: {
      structure: services.sha256(structureOf(model.graph)),
      quantizer: quantizer.key,
      threads,
      limit_s: LIMIT_S,
    },
    environment: measuringEnvironment(services),
  };
  return runStep<PrecisionTimes>(services, request, () =>
    timePrecisions({
      model,
      quantizer,
      options: QUANTIZER_DEFAULTS,
      threads,
      limit_s: LIMIT_S,
      signal: services.signal,
      progress: (message) => services.progress({ step: "quantize", message }),
    }),
  );
}
