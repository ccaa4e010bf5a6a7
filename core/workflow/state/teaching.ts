// Measuring the training speed, and training the teacher.
import type { States } from "../asl.ts";
import { CATCH_ALL } from "./failure.ts";
import { gpuTask } from "./gpu-task.ts";

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
    next: "Propose",
  }),
};
