// How a failed Batch job, which says only States.TaskFailed, goes through the document as the cloud runs it.
import { StateMachine } from "aws-local-stepfunctions";
import { describe, expect, it } from "vitest";
import { allStates, WORKFLOW } from "../../../core/workflow/document.ts";

const pointer = (step: string) => ({ step, key: `${step}-key` });
const task = (step: string) => ({
  ...pointer(step),
  done: false,
  input: "in",
  output: "out",
  deadline_ms: "",
  nodes: 1,
});
const ANSWERS: Readonly<Record<string, unknown>> = {
  Plan: pointer("plan"),
  PrepareData: pointer("prepare-data"),
  ProfileKey: task("profile"),
  FineTuneKey: task("fine-tune"),
  TimeLayers: { pointer: pointer("time-layers") },
  Propose: { ...pointer("propose"), rung: 1, candidates: [{ id: "a" }] },
  CompressKey: task("compress"),
  Quantize: pointer("quantize"),
  Measure: pointer("measure"),
  Decide: { ...pointer("decide"), next: "infeasible", exit: "", reason: "none" },
  Report: pointer("report"),
};

function failure(name: string): Error {
  return Object.assign(new Error(`made to fail: ${name}`), { name });
}

/** Runs the document with errors by state; answers its states, payloads by state, and the name that it failed under. */
async function play(errors: Readonly<Record<string, string>>) {
  const states: string[] = [];
  const payloads: Record<string, unknown> = {};
  const handlers = Object.entries(allStates(WORKFLOW)).flatMap(([name, state]) =>
    state.Type === "Task"
      ? [
          [
            name,
            async (input: { Payload?: unknown }) => {
              states.push(name);
              payloads[name] = input.Payload;
              if (errors[name] !== undefined) throw failure(errors[name]);
              return { Payload: ANSWERS[name] ?? {} };
            },
          ] as const,
        ]
      : [],
  );
  const input = { run: "r", map_concurrency: 1, deadline_ms: null, target_function: 1 };
  const overrides = { taskResourceLocalHandlers: Object.fromEntries(handlers) };
  const execution = new StateMachine(WORKFLOW as never).run(input as never, { overrides: overrides as never });
  const error = await execution.result.then(
    () => undefined,
    (thrown: Error) => (thrown.cause as Error).name,
  );
  return { states, payloads, error };
}

describe("a failed job", () => {
  it("of a candidate costs the candidate alone, where its record says so", async () => {
    const { states, payloads, error } = await play({
      Compress: "States.TaskFailed",
      CompressFailed: "CandidateRejected",
    });
    expect(states).toContain("CompressFailed");
    expect(states).not.toContain("Quantize");
    expect(payloads.CompressFailed).toMatchObject({ task: task("compress"), error: { Error: "States.TaskFailed" } });
    expect(payloads.Decide).toMatchObject({ results: [{ error: { Error: "CandidateRejected" } }] });
    expect(error).toBe("Infeasible");
  });

  it("of a candidate ends the run for any other reason, under its own name", async () => {
    const { states, error } = await play({ Compress: "States.TaskFailed", CompressFailed: "OutOfMemory" });
    expect(states.at(-1)).toBe("RecordFailure");
    expect(error).toBe("OutOfMemory");
  });

  it("of the teacher ends the run under its own name", async () => {
    const { states, payloads, error } = await play({ FineTune: "States.TaskFailed", FineTuneFailed: "ChildFailed" });
    expect(states.slice(-3)).toEqual(["FineTune", "FineTuneFailed", "RecordFailure"]);
    expect(payloads.RecordFailure).toMatchObject({ error: { Error: "ChildFailed" } });
    expect(error).toBe("ChildFailed");
  });

  it("goes on where its result turned out to be there", async () => {
    const { states } = await play({ Profile: "States.TaskFailed", Compress: "States.TaskFailed" });
    expect(states).toContain("FineTuneKey");
    expect(states).toContain("Quantize");
  });

  it("that told its own name, in one process, takes no detour", async () => {
    const { states } = await play({ Compress: "Deadline" });
    expect(states).not.toContain("CompressFailed");
    const teacher = await play({ FineTune: "OutOfMemory" });
    expect(teacher.states.slice(-2)).toEqual(["FineTune", "RecordFailure"]);
  });
});

describe("a state that takes longer than its function may", () => {
  it.each(["Sandbox.Timedout", "States.Timeout"])("fails under %s, with a record", async (name) => {
    const { states, error } = await play({ PrepareData: name });
    expect(states.at(-1)).toBe("RecordFailure");
    expect(error).toBe(name);
  });
});
