// Names of other origin than ours, as people and alarms get to read them.
import { describe, expect, it } from "vitest";
import { executionError } from "../../../core/workflow/execution-error.ts";

describe("what an execution failed with", () => {
  it("keeps a name of ours, with the message that Lambda packed up", () => {
    const cause = JSON.stringify({ errorType: "InvalidData", errorMessage: "no pictures", trace: [] });
    expect(executionError("InvalidData", cause)).toMatchObject({ code: "InvalidData", message: "no pictures" });
    expect(executionError("Spend", "the money ran out")).toMatchObject({ code: "Spend", message: "the money ran out" });
  });

  it.each([
    ["Sandbox.Timedout", '{"errorMessage":"Task timed out after 900.00 seconds"}', "ChildFailed", "900.00 seconds"],
    ["States.Timeout", "", "ChildFailed", "States.Timeout"],
    [
      "Runtime.ExitError",
      '{"errorMessage":"Error: Runtime exited with error: signal: killed"}',
      "OutOfMemory",
      "killed",
    ],
    ["Runtime.OutOfMemory", '{"errorMessage":"out"}', "OutOfMemory", "memory"],
    ["Lambda.TooManyRequestsException", "Rate Exceeded.", "CloudFailed", "Rate Exceeded"],
    ["Batch.ServerException", "sorry", "CloudFailed", "sorry"],
    ["States.Runtime", "no such path", "Defect", "no such path"],
    ["TypeError", '{"errorMessage":"x is not a function"}', "Defect", "x is not a function"],
  ])("names %s after what happened", (name, cause, code, says) => {
    expect(executionError(name, cause)).toMatchObject({ code, message: expect.stringContaining(says) });
  });
});
