// The search: propose a rung of candidates, make and measure each, decide what is next.
import type { MapState, States } from "../asl.ts";
import { TIMEOUT_DECIDE_SECONDS } from "../timeouts.ts";
import { candidateMachine } from "./candidate.ts";
import { CATCH_ALL } from "./failure.ts";
import { lambdaTask } from "./lambda-task.ts";

const SHARED_BY_CANDIDATES = [
  "run",
  "map_concurrency",
  "deadline_ms",
  "target_function",
  "plan",
  "data",
  "profile",
  "teacher",
  "layer_times",
  "proposal",
];

const candidates: MapState = {
  Type: "Map",
  Comment: "Every candidate of the rung.",
  ItemsPath: "$.proposal.candidates",
  ItemSelector: {
    ...Object.fromEntries(SHARED_BY_CANDIDATES.map((field) => [`${field}.$`, `$.${field}`])),
    "candidate.$": "$$.Map.Item.Value",
    // Set by CompressKey; there from the beginning, so that a candidate that fails before it can pass it on.
    compressed: null,
  },
  MaxConcurrencyPath: "$.map_concurrency",
  ItemProcessor: { ProcessorConfig: { Mode: "INLINE" }, ...candidateMachine },
  ResultPath: "$.results",
  Catch: CATCH_ALL,
  Next: "Decide",
};

export const searchStates: States = {
  Propose: lambdaTask({
    name: "Propose",
    comment: "The next rung of candidates.",
    keeps: ["step", "key", "rung", "candidates"],
    under: "proposal",
    timeoutSeconds: TIMEOUT_DECIDE_SECONDS,
    catchers: CATCH_ALL,
    next: "Candidates",
  }),
  Candidates: candidates,
  Decide: lambdaTask({
    name: "Decide",
    comment: "Pareto front and gates on validation: another rung, certify, infeasible or stopped.",
    keeps: ["step", "key", "next", "exit", "reason"],
    under: "decision",
    timeoutSeconds: TIMEOUT_DECIDE_SECONDS,
    catchers: CATCH_ALL,
    next: "Decided?",
  }),
  "Decided?": {
    Type: "Choice",
    Comment: "Infeasible and stopped go to the report, which holds the nearest points.",
    Choices: [
      { Variable: "$.decision.next", StringEquals: "propose", Next: "Propose" },
      { Variable: "$.decision.next", StringEquals: "certify", Next: "Certify" },
    ],
    Default: "Report",
  },
};
