// From the chosen file to the end: Certify, Report, Publish, and the three ways to end.
import type { States } from "../asl.ts";
import { TIMEOUT_DATA_SECONDS } from "../timeouts.ts";
import { CATCH_ALL } from "./failure.ts";
import { lambdaTask } from "./lambda-task.ts";

export const endingStates: States = {
  Certify: lambdaTask({
    name: "Certify",
    byTarget: true,
    comment: "Measures the chosen file again in a fresh process, then reads the test split once.",
    keeps: ["step", "key", "outcome"],
    under: "certificate",
    timeoutSeconds: TIMEOUT_DATA_SECONDS,
    catchers: CATCH_ALL,
    next: "Certified?",
  }),
  "Certified?": {
    Type: "Choice",
    Comment:
      "Size or latency broken: the next point goes forward. Accuracy broken on test: no other file is tried on it.",
    Choices: [{ Variable: "$.certificate.outcome", StringEquals: "broken-size-or-latency", Next: "Decide" }],
    Default: "Report",
  },
  Report: lambdaTask({
    name: "Report",
    comment: "Report, model card and provenance, whatever the outcome.",
    keeps: ["step", "key"],
    under: "report",
    timeoutSeconds: TIMEOUT_DATA_SECONDS,
    catchers: CATCH_ALL,
    next: "Reported?",
  }),
  "Reported?": {
    Type: "Choice",
    Comment: "Only a file that kept every promise is published.",
    Choices: [
      {
        And: [
          { Variable: "$.certificate", IsPresent: true },
          { Variable: "$.certificate.outcome", StringEquals: "kept" },
        ],
        Next: "Publish",
      },
      { Variable: "$.decision.next", StringEquals: "stopped", Next: "Stopped" },
    ],
    Default: "Infeasible",
  },
  Publish: lambdaTask({
    name: "Publish",
    comment: "Puts the artifact out and moves the champion alias by compare-and-swap.",
    keeps: [],
    under: null,
    timeoutSeconds: TIMEOUT_DATA_SECONDS,
    catchers: CATCH_ALL,
    next: "Succeeded",
  }),
  Succeeded: { Type: "Succeed", Comment: "The artifact kept every promise." },
  Infeasible: {
    Type: "Fail",
    Comment: "An honest answer, not a defect.",
    Error: "Infeasible",
    Cause: "No file keeps every promise. The report holds the nearest points.",
  },
  Stopped: {
    Type: "Fail",
    Comment: "Deadline or Spend, before a file was certified.",
    ErrorPath: "$.decision.exit",
    CausePath: "$.decision.reason",
  },
};
