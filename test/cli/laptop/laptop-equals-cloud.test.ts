// The laptop equals the cloud: this project's interpreter and an independent one (moto's Step Functions) visit the same
// states of the same document with the same inputs, for the same results of its tasks.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { interpret } from "../../../cli/laptop/interpret.ts";
import { DecantError, type ErrorCode } from "../../../core/errors/problem.ts";
import type { StateMachineDocument } from "../../../core/workflow/asl.ts";
import { allStates, WORKFLOW } from "../../../core/workflow/document.ts";
import { fillIn, substitutionNames } from "../../../core/workflow/substitutions.ts";
import {
  hasMoto,
  type MotoWorkflow,
  type Played,
  type Script,
  startMotoWorkflow,
} from "../../fixtures/moto-workflow.ts";

const INPUT = { run: "r", map_concurrency: 1, deadline_ms: null, target_function: 0 } as const;

const arn = (name: string) => `arn:aws:lambda:us-east-1:123456789012:function:${name}`;
const DOCUMENT = fillIn(WORKFLOW, Object.fromEntries(substitutionNames(WORKFLOW).map((name) => [name, arn(name)])));

/** Before and in a Distributed Map, which starts only where an execution's input asks for it: a laptop's never does. */
const CLOUD_ONLY = new Set(["ListShards", "PrepareShard"]);

const pointer = (step: string) => ({ step, key: `${step}-key` });
const task = (step: string, done: boolean) => {
  return { ...pointer(step), done, input: `in/${step}`, output: `out/${step}`, deadline_ms: "17", nodes: 1 };
};
const onNodes = (step: string) => ({ ...task(step, false), nodes: 3 });
const jobThatIs = (Status: string) => ({ Jobs: [{ JobId: "job-1", JobName: "decant", Status }] });
const candidates = (...ids: string[]) => ids.map((id) => ({ id, rung: 1 }));
const answers = (...values: unknown[]) => values.map((value) => ({ return: value }));
const error = (name: string) => ({ throw: { error: name, cause: `made to fail: ${name}` } });
const decision = (next: string, exit = "", reason = "because") => ({ ...pointer("decide"), next, exit, reason });
const proposal = (rung: number, ...ids: string[]) => ({ ...pointer("propose"), rung, candidates: candidates(...ids) });

const HAPPY: Script = {
  Plan: answers(pointer("plan")),
  PrepareData: answers(pointer("prepare-data")),
  ProfileKey: answers(task("profile", true)),
  FineTuneKey: answers(task("fine-tune", false)),
  TimeLayers: answers({ pointer: null }),
  Propose: answers(proposal(1, "a", "b")),
  CompressKey: answers(task("compress", false)),
  Quantize: answers(pointer("quantize")),
  Measure: answers(pointer("measure")),
  Decide: answers(decision("certify")),
  Certify: answers({ ...pointer("certify"), outcome: "kept" }),
  Report: answers(pointer("report")),
  Publish: answers({ location: "artifact" }),
};

/** Whatever each scenario's name says, and how the run ends. */
const SCENARIOS: Readonly<Record<string, { readonly script: Script; readonly ends: string | null }>> = {
  success: { script: {}, ends: null },
  "another-rung": {
    script: {
      Propose: answers(proposal(1, "a"), proposal(2, "b")),
      Decide: answers(decision("propose"), decision("certify")),
    },
    ends: null,
  },
  "nothing-left-to-train": {
    script: { FineTuneKey: answers(task("fine-tune", true)), CompressKey: answers(task("compress", true)) },
    ends: null,
  },
  "certify-refuses-a-file": {
    script: {
      Certify: answers(
        { ...pointer("certify"), outcome: "broken-size-or-latency" },
        { ...pointer("certify"), outcome: "kept" },
      ),
    },
    ends: null,
  },
  infeasible: { script: { Decide: answers(decision("infeasible")) }, ends: "Infeasible" },
  "accuracy-broken-on-test": {
    script: { Certify: answers({ ...pointer("certify"), outcome: "broken-accuracy" }) },
    ends: "Infeasible",
  },
  stopped: { script: { Decide: answers(decision("stopped", "Deadline")) }, ends: "Deadline" },
  "retried-failure": {
    script: { PrepareData: [error("Lambda.ServiceException"), ...answers(pointer("prepare-data"))] },
    ends: null,
  },
  "caught-candidate": {
    script: { Quantize: [error("CandidateRejected"), ...answers(pointer("quantize"))] },
    ends: null,
  },
  "caught-failure": { script: { Measure: [error("OutOfMemory")] }, ends: "OutOfMemory" },
  "caught-failure-of-a-task": { script: { FineTune: [error("ChildFailed")] }, ends: "ChildFailed" },
  "failure-that-can-not-be-recorded": {
    script: { Plan: [error("InvalidData")], RecordFailure: [error("StoreFailed")] },
    ends: "InvalidData",
  },
  "job-that-failed-and-left-a-record": {
    script: { Compress: [error("States.TaskFailed"), { return: {} }], CompressFailed: [error("Deadline")] },
    ends: null,
  },
  "profile-that-failed": {
    script: {
      ProfileKey: answers(task("profile", false)),
      Profile: [error("States.TaskFailed")],
      ProfileFailed: [error("Defect")],
    },
    ends: "Defect",
  },
  "several-machines": {
    script: {
      FineTuneKey: answers(onNodes("fine-tune")),
      FineTuneNodes: answers({ JobId: "job-1" }),
      FineTuneNodesStatus: answers(jobThatIs("RUNNABLE"), jobThatIs("RUNNING"), jobThatIs("SUCCEEDED")),
      CompressKey: answers(onNodes("compress")),
      CompressNodes: answers({ JobId: "job-1" }),
      CompressNodesStatus: answers(jobThatIs("SUCCEEDED")),
    },
    ends: null,
  },
  "several-machines-whose-job-failed": {
    script: {
      CompressKey: answers(onNodes("compress")),
      CompressNodes: answers({ JobId: "job-1" }),
      CompressNodesStatus: answers(jobThatIs("FAILED")),
      CompressFailed: [error("CandidateRejected"), error("OutOfMemory")],
    },
    ends: "OutOfMemory",
  },
  "several-machines-that-are-not-to-be-had": {
    script: {
      FineTuneKey: answers(onNodes("fine-tune")),
      FineTuneNodes: [error("Batch.ClientException")],
      FineTuneFailed: [error("ChildFailed")],
    },
    ends: "ChildFailed",
  },
  "job-that-had-finished-all-the-same": { script: { FineTune: [error("States.TaskFailed")] }, ends: null },
};
const SHARDS: Script = { ListShards: answers({ sharded: true, shards: [{ first: 0 }, { first: 4096 }] }) };
const SCRIPTS = Object.fromEntries(
  [...Object.entries(SCENARIOS), ["shards", { script: SHARDS }] as const].map(([name, { script }]) => [
    name,
    withPayloads({ ...HAPPY, ...script }),
  ]),
);

/** As lambda:invoke answers: the function's answer under Payload. */
function withPayloads(script: Script): Script {
  const states = allStates(WORKFLOW);
  const isLambda = (name: string) => {
    const state = states[name];
    return state?.Type === "Task" && state.Resource.endsWith(":lambda:invoke");
  };
  return Object.fromEntries(
    Object.entries(script).map(([name, results]) => [
      name,
      results.map((result) => ("return" in result && isLambda(name) ? { return: { Payload: result.return } } : result)),
    ]),
  );
}

/** moto waits as long as the document says. */
function hurried(document: StateMachineDocument): StateMachineDocument {
  const shortened = (_: string, value: unknown) =>
    typeof value === "object" && value !== null && "Seconds" in value ? { ...value, Seconds: 0 } : value;
  return JSON.parse(JSON.stringify(document, shortened)) as StateMachineDocument;
}

async function playOnLaptop(scenario: string): Promise<Played> {
  const script = SCRIPTS[scenario]!;
  const calls: [string, unknown][] = [];
  const run = async (state: string, input: unknown) => {
    const results = script[state] ?? [{ return: {} }];
    const count = calls.filter(([name]) => name === state).length;
    // A copy: the interpreter goes on working on the object that it hands out.
    calls.push([state, structuredClone(input)]);
    const result = results[Math.min(count, results.length - 1)]!;
    // Names that only AWS gives an error, too.
    if ("throw" in result) throw new DecantError(result.throw.error as ErrorCode, result.throw.cause);
    return (result.return as { Payload?: unknown }).Payload ?? result.return;
  };
  const { signal } = new AbortController();
  const ended = await interpret({
    document: DOCUMENT,
    input: INPUT,
    lambda: run,
    task: run,
    service: run,
    signal,
  }).then(
    () => null,
    (thrown: DecantError) => thrown.code,
  );
  return { calls, error: ended };
}

describe.skipIf(!hasMoto)("the laptop equals the cloud", () => {
  let moto: MotoWorkflow;
  beforeAll(async () => {
    moto = await startMotoWorkflow(SCRIPTS, hurried(DOCUMENT));
  }, 60_000);
  afterAll(() => moto?.stop());

  it.each(Object.keys(SCENARIOS))(
    "for %s",
    async (scenario) => {
      const [laptop, cloud] = await Promise.all([playOnLaptop(scenario), moto.play(scenario, INPUT)]);
      expect(cloud.calls.map(([state]) => state)).toEqual(laptop.calls.map(([state]) => state));
      expect(cloud.calls).toEqual(laptop.calls);
      expect(cloud.error).toBe(laptop.error);
      expect(laptop.error).toBe(SCENARIOS[scenario]!.ends);
    },
    60_000,
  );

  it("but for data in shards, which only the cloud packs each by itself", async () => {
    const { calls, error: ended } = await moto.play("shards", { ...INPUT, distributed: true });
    expect(ended).toBeNull();
    const before = calls.slice(0, 5).map(([state]) => state);
    expect(before).toEqual(["Plan", "ListShards", "PrepareShard", "PrepareShard", "PrepareData"]);
    const shards = calls.flatMap(([state, input]) =>
      state === "PrepareShard" ? [(input as { shard: unknown }).shard] : [],
    );
    expect(shards).toEqual(expect.arrayContaining([{ first: 0 }, { first: 4096 }]));
  }, 60_000);

  it("and the scenarios visit every task state of the document", async () => {
    const visited = new Set<string>();
    for (const scenario of Object.keys(SCENARIOS))
      for (const [state] of (await playOnLaptop(scenario)).calls) visited.add(state);
    const tasks = Object.entries(allStates(WORKFLOW)).filter(([, state]) => state.Type === "Task");
    expect(tasks.map(([name]) => name).filter((name) => !visited.has(name) && !CLOUD_ONLY.has(name))).toEqual([]);
  }, 60_000);
});
