// One candidate's way through the Map: Compress, Quantize, Measure. A candidate that can't go on, or that the deadline
// cuts off, becomes a result with an error; any other error ends the Map.
import type { Catcher, StateMachineDocument } from "../asl.ts";
import { TIMEOUT_DATA_SECONDS } from "../timeouts.ts";
import { gpuTask } from "./gpu-task.ts";
import { lambdaTask } from "./lambda-task.ts";

/** Errors that cost one candidate, not the run. */
export const CANDIDATE_ERRORS = ["CandidateRejected", "Deadline"] as const;

const CATCH_CANDIDATE: readonly Catcher[] = [
  { ErrorEquals: CANDIDATE_ERRORS, ResultPath: "$.error", Next: "Rejected" },
];

export const candidateMachine: StateMachineDocument = {
  StartAt: "CompressKey",
  States: {
    ...gpuTask({
      name: "Compress",
      comment: "Prunes, distills from the teacher, exports the float file.",
      under: "compressed",
      onNodes: true,
      catchers: CATCH_CANDIDATE,
      next: "Quantize",
    }),
    Quantize: lambdaTask({
      name: "Quantize",
      byTarget: true,
      comment: "Calibrates and writes the int8 file.",
      keeps: ["step", "key"],
      under: "quantized",
      timeoutSeconds: TIMEOUT_DATA_SECONDS,
      catchers: CATCH_CANDIDATE,
      next: "Measure",
    }),
    Measure: lambdaTask({
      name: "Measure",
      byTarget: true,
      comment: "Accuracy, agreement and latency of the written file, on validation.",
      keeps: ["step", "key"],
      under: "measured",
      timeoutSeconds: TIMEOUT_DATA_SECONDS,
      catchers: CATCH_CANDIDATE,
      next: "Measured",
    }),
    Measured: {
      Type: "Pass",
      Comment: "The candidate with its three steps.",
      Parameters: {
        "candidate.$": "$.candidate",
        "compressed.$": "$.compressed",
        "quantized.$": "$.quantized",
        "measured.$": "$.measured",
      },
      End: true,
    },
    Rejected: {
      Type: "Pass",
      Comment: "The candidate with the reason why it gives no point, and the training that was paid for all the same.",
      Parameters: { "candidate.$": "$.candidate", "compressed.$": "$.compressed", "error.$": "$.error" },
      End: true,
    },
  },
};
