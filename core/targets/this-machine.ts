// The machine that runs the measuring step, whichever it is.
import type { Target } from "./target.ts";

export const thisMachine: Target = {
  key: "this-machine",
  description: "the machine that runs the workflow",
  architectures: null,
  threads_max: null,
  measurableOn: () => ({ measurable: true }),
};
