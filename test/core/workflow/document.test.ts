// The workflow document: valid Amazon States Language, complete, and in agreement with the handlers.
import aslValidator from "asl-validator";
import { describe, expect, it } from "vitest";
import type { State, StateMachineDocument, TaskState } from "../../../core/workflow/asl.ts";
import { allStates, WORKFLOW } from "../../../core/workflow/document.ts";
import { fillIn, substitutionNames } from "../../../core/workflow/substitutions.ts";
import { TARGET_FUNCTIONS } from "../../../core/workflow/target-function.ts";
import { HANDLERS } from "../../../lambdas/list.ts";

const states = allStates(WORKFLOW);
const tasks = Object.entries(states).filter((entry): entry is [string, TaskState] => entry[1].Type === "Task");
const lambdaNames = tasks.filter(([, state]) => state.Resource.endsWith(":lambda:invoke")).map(([name]) => name);

/** Of a GPU task's failure there is one function for all. */
function functionOfState(state: string): string {
  return state === "TaskFailed" || /^(Compress|FineTune|Profile)Failed$/.test(state) ? "TaskFailed" : state;
}

function nextOf(state: State): string[] {
  const caught = "Catch" in state ? state.Catch.map(({ Next }) => Next) : [];
  if (state.Type === "Choice") return [...state.Choices.map(({ Next }) => Next), state.Default];
  return "Next" in state ? [state.Next, ...caught] : caught;
}

function reachable({ StartAt, States }: StateMachineDocument): string[] {
  const seen = new Set<string>();
  const open = [StartAt];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    open.push(...nextOf(States[name]!));
  }
  return [...seen];
}

const machines = [
  WORKFLOW,
  ...Object.values(WORKFLOW.States).flatMap((state) => (state.Type === "Map" ? [state.ItemProcessor] : [])),
];

describe("the workflow document", () => {
  it("is valid Amazon States Language, paths and ARNs included", () => {
    const result = aslValidator(WORKFLOW, { checkArn: true, checkPaths: true });
    expect(result.errorsText()).toBe("");
    expect(result.isValid).toBe(true);
  });

  it("would not be valid with a state that leads nowhere", () => {
    const broken = { ...WORKFLOW, States: { ...WORKFLOW.States, Plan: { ...WORKFLOW.States.Plan, Next: "Nowhere" } } };
    expect(aslValidator(broken).isValid).toBe(false);
  });

  it("reaches every state of each level", () => {
    for (const machine of machines) expect(reachable(machine).sort()).toEqual(Object.keys(machine.States).sort());
  });

  it("names each state once across both levels", () => {
    const names = machines.flatMap(({ States }) => Object.keys(States));
    expect(new Set(names).size).toBe(names.length);
  });

  it("has a handler for each Lambda state and a Lambda state for each handler", () => {
    expect(lambdaNames.sort()).toEqual(Object.keys(HANDLERS));
  });

  it("has its handlers in alphabetical order, each named like its function", () => {
    expect(Object.keys(HANDLERS)).toEqual(Object.keys(HANDLERS).sort());
    for (const [state, handler] of Object.entries(HANDLERS)) {
      const name = functionOfState(state);
      expect(handler.name).toBe(name.charAt(0).toLowerCase() + name.slice(1));
    }
  });

  it("limits the time of every task and says what it is for", () => {
    for (const [, state] of tasks) {
      expect(state.TimeoutSeconds).toBeGreaterThan(0);
      expect(state.Comment).toMatch(/\.$/);
    }
  });

  it("retries what the service breaks and nothing that our code names", () => {
    for (const [, { Retry }] of tasks) {
      expect(Retry.flatMap(({ ErrorEquals }) => ErrorEquals).every((name) => /^(Lambda|Batch)\./.test(name))).toBe(
        true,
      );
    }
  });

  it("leaves no error of a task or of the Map uncaught", () => {
    const caughtAll = (state: State) =>
      "Catch" in state && state.Catch.some(({ ErrorEquals }) => ErrorEquals.includes("States.ALL"));
    const outer = Object.entries(WORKFLOW.States).filter(([, { Type }]) => Type === "Task" || Type === "Map");
    expect(outer.filter(([, state]) => !caughtAll(state)).map(([name]) => name)).toEqual([]);
  });

  it("fits into the 1 MB that Step Functions allows, and names within 80 characters", () => {
    expect(JSON.stringify(WORKFLOW).length).toBeLessThan(1_000_000);
    expect(Object.keys(states).filter((name) => name.length > 80)).toEqual([]);
  });
});

describe("substitutions", () => {
  const names = substitutionNames(WORKFLOW);

  it("are one function for each Lambda state (or one for each target), and a queue and a definition for one machine and for several", () => {
    const byTarget = new Set(["Certify", "Measure", "Quantize", "TimeLayers"]);
    const functions = lambdaNames.map(functionOfState).flatMap((name) => {
      const suffixes = byTarget.has(name) ? TARGET_FUNCTIONS.map(({ suffix }) => suffix) : [""];
      return suffixes.map((suffix) => `${name}${suffix}FunctionArn`);
    });
    const batch = ["Node", "Task"].flatMap((kind) => [`${kind}DefinitionArn`, `${kind}QueueArn`]);
    expect(names).toEqual([...new Set([...functions, ...batch])].sort());
  });

  it("are all filled in, and the result is valid still", () => {
    const values = Object.fromEntries(
      names.map((name) => [name, `arn:aws:lambda:eu-west-1:123456789012:function:${name}`]),
    );
    const filled = fillIn(WORKFLOW, values);
    expect(JSON.stringify(filled)).not.toContain("${");
    expect(aslValidator(filled).isValid).toBe(true);
  });

  it("refuse a missing and an unknown value", () => {
    const values = Object.fromEntries(names.map((name) => [name, "x"]));
    const { PlanFunctionArn: _, ...missing } = values;
    expect(() => fillIn(WORKFLOW, missing)).toThrow("PlanFunctionArn");
    expect(() => fillIn(WORKFLOW, { ...values, Other: "x" })).toThrow("Other");
  });
});
