// Measuring the training speed, training the teacher, and timing layers like its own on the target.
import type { States } from "../asl.ts";
import { TIMEOUT_DATA_SECONDS } from "../timeouts.ts";
import { CATCH_ALL } from "./failure.ts";
import { gpuTask } from "./gpu-task.ts";
import { lambdaTask } from "./lambda-task.ts";

export const teachingStates: States = {
  ...gpuTask({
    name: "Profile",
    comment: "Measures training speed, so that time and spend become step counts.",
    under: "profile",
    catchers: CATCH_ALL,
    next: "FineTuneKey",
  }),
  ...gpuTask({
    name: "FineTune",
    comment: "Trains the teacher: a linear probe as control, then all layers.",
    under: "teacher",
    onNodes: true,
    catchers: CATCH_ALL,
    next: "TimeLayers",
  }),
  TimeLayers: lambdaTask({
    name: "TimeLayers",
    byTarget: true,
    comment:
      "Times layers like the teacher's on the target, by width, so that candidates are planned by their latency.",
    keeps: ["pointer"],
    under: "layer_times",
    timeoutSeconds: TIMEOUT_DATA_SECONDS,
    catchers: CATCH_ALL,
    next: "Propose",
  }),
};
