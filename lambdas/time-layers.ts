// TimeLayers: how long layers of the teacher's kind take on the target, measured once for each structure, CPU, threads and
// runtime version. Where nothing is promised about latency, or the target can't be measured here, it answers no pointer, and
// the planner counts MACs.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { timeLayers as measureLayers } from "../adapters/latency/time-layers.ts";
import type { TimedLayers } from "../core/layer-times/layer.ts";
import { readModel } from "../core/onnx/read-model.ts";
import { structureOf } from "../core/onnx/structure.ts";
import { quantizerFor } from "../core/quantizers/list.ts";
import { canonicalJson } from "../core/store/canonical-json.ts";
import { measurableTarget, targetArchitecture } from "../core/targets/list.ts";
import type { RunPayload } from "../core/workflow/payload.ts";
import { LAYER_TIMES_FILE } from "../core/workflow/records/layer-times.ts";
import type { PlanRecord } from "../core/workflow/records/plan.ts";
import type { TeacherOutput } from "../core/workflow/records/training.ts";
import { measuringEnvironment } from "./measuring.ts";
import { required } from "./required.ts";
import { readOutput, runStep } from "./run-step.ts";
import type { Services } from "./services.ts";

/** Seconds of the measuring process after which no further layer is begun. */
const LIMIT_S = 20;

type LayerTimesPointer = NonNullable<RunPayload["layer_times"]>;

export async function timeLayers(payload: RunPayload, services: Services): Promise<LayerTimesPointer> {
  const plan = await readOutput<PlanRecord>(services, required(payload.plan, "plan", "TimeLayers"));
  const teacher = required(payload.teacher, "the teacher", "TimeLayers");
  const { device, threads } = plan.target;
  const target = measurableTarget(device, services.machine);
  if (plan.budget.latency_ms_p95 === undefined || !target.measurable) {
    const reason = target.measurable ? "no latency is promised" : target.reason;
    services.progress({ step: "time-layers", message: `no layers are timed: ${reason}` });
    return { pointer: null };
  }
  const { files } = await readOutput<TeacherOutput>(services, teacher);
  const path = join(await services.files.folderOf(teacher), files.onnx);
  const { model } = readModel(await readFile(path), files.onnx);
  const quantizer = quantizerFor(targetArchitecture(device, services.machine));
  const { input_sizes } = plan;
  const request = {
    step: "time-layers" as const,
    upstream: [],
    slice: {
      structure: services.sha256(structureOf(model.graph)),
      quantizer: quantizer.key,
      input_sizes,
      threads,
      limit_s: LIMIT_S,
    },
    environment: measuringEnvironment(services),
  };
  const { pointer } = await runStep<TimedLayers>(services, request, async (folder) => {
    const timed = await measureLayers({
      model,
      input_sizes,
      quantizer,
      threads,
      limit_s: LIMIT_S,
      machine: {
        machine: services.machine.cpu_model,
        runtime: `onnxruntime-node ${services.machine.versions["onnxruntime-node"] ?? "of unknown version"}`,
      },
      signal: services.signal,
      progress: (message) => services.progress({ step: "time-layers", message }),
    });
    await writeFile(join(folder, LAYER_TIMES_FILE), `${canonicalJson(timed.table)}\n`);
    return timed;
  });
  return { pointer };
}
