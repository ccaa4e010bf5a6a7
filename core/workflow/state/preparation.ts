// From job to packed data: Plan and PrepareData.
import type { States } from "../asl.ts";
import { TIMEOUT_DATA_SECONDS } from "../timeouts.ts";
import { CATCH_ALL } from "./failure.ts";
import { lambdaTask } from "./lambda-task.ts";

export const preparationStates: States = {
  Plan: lambdaTask({
    name: "Plan",
    comment: "Resolves job, manifest and weights; chooses input sizes; writes the plan.",
    keeps: ["step", "key"],
    under: "plan",
    timeoutSeconds: TIMEOUT_DATA_SECONDS, // it hashes every file of the data source
    catchers: CATCH_ALL,
    next: "PrepareData",
  }),
  PrepareData: lambdaTask({
    name: "PrepareData",
    comment: "Decodes, resizes and packs every sample once.",
    keeps: ["step", "key"],
    under: "data",
    timeoutSeconds: TIMEOUT_DATA_SECONDS,
    catchers: CATCH_ALL,
    next: "ProfileKey",
  }),
};
