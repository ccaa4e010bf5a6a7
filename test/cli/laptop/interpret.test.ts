// The workflow's control flow, interpreted with small handlers: which states run, in which order, and how it ends.
import { describe, expect, it } from "vitest";
import { interpret } from "../../../cli/laptop/interpret.ts";
import { DecantError, type ErrorCode } from "../../../core/errors/problem.ts";
import { WORKFLOW } from "../../../core/workflow/document.ts";
import type { RunInput } from "../../../core/workflow/payload.ts";

type Answers = Readonly<Record<string, (payload: never, call: number) => unknown>>;

const candidate = (id: string) => ({ id, rung: 1 });
const pointer = (step: string) => ({ step, key: `${step}-key` });
const task = (step: string, done: boolean) => ({
  ...pointer(step),
  done,
  input: "in",
  output: `steps/${step}/k`,
  deadline_ms: "",
  nodes: 1,
});

const decision = (next: string, exit = "") => ({ ...pointer("decide"), next, exit, reason: "made up" });

const HAPPY: Answers = {
  Plan: () => pointer("plan"),
  PrepareData: () => pointer("prepare-data"),
  ProfileKey: () => task("profile", false),
  FineTuneKey: () => task("fine-tune", false),
  TimeLayers: () => ({ pointer: pointer("time-layers") }),
  Propose: (_payload, call) => ({ ...pointer("propose"), rung: call, candidates: [candidate(`c${call}`)] }),
  CompressKey: () => task("compress", false),
  Quantize: () => pointer("quantize"),
  Measure: () => pointer("measure"),
  Decide: () => decision("certify"),
  Certify: () => ({ ...pointer("certify"), outcome: "kept" }),
  Report: () => pointer("report"),
  Publish: () => ({ location: "artifact" }),
  RecordFailure: () => ({}),
};

function fail(code: ErrorCode): never {
  throw new DecantError(code, `made to fail: ${code}`);
}

const INPUT: RunInput = { run: "r", map_concurrency: 1, deadline_ms: null, target_function: 0 };

async function play(changes: Answers = {}, signal = new AbortController().signal, input = INPUT) {
  const states: string[] = [];
  const payloads = new Map<string, unknown[]>();
  const answers = { ...HAPPY, ...changes };
  const run = async (state: string, payload: unknown) => {
    states.push(state);
    const calls = [...(payloads.get(state) ?? []), payload];
    payloads.set(state, calls);
    return answers[state]?.(payload as never, calls.length) ?? {};
  };
  const error = await interpret({ document: WORKFLOW, input, lambda: run, task: run, signal }).then(
    () => undefined,
    (thrown: DecantError) => thrown,
  );
  return { states, payloads, error };
}

const TO_TEACHER = ["Plan", "PrepareData", "ProfileKey", "Profile", "FineTuneKey", "FineTune", "TimeLayers"];
const RUNG = ["Propose", "CompressKey", "Compress", "Quantize", "Measure", "Decide"];

describe("the workflow", () => {
  it("goes from plan to publish when every promise is kept", async () => {
    const { states, error } = await play();
    expect(error).toBeUndefined();
    expect(states).toEqual([...TO_TEACHER, ...RUNG, "Certify", "Report", "Publish"]);
  });

  it("packs shards one by one, then joins, where a Distributed Map can run and there are several", async () => {
    const shards = [0, 1, 2].map((at) => ({ first: 10 * at, count: 10 }));
    const input = { ...INPUT, distributed: true as const };
    const several = { ListShards: () => ({ sharded: true, shards }) };
    const { states, payloads } = await play(several, undefined, input);
    const shard = "PrepareShard";
    expect(states.slice(0, 6)).toEqual(["Plan", "ListShards", shard, shard, shard, "PrepareData"]);
    expect(payloads.get("PrepareShard")).toEqual(
      shards.map((each) => ({ run: "r", plan: pointer("plan"), shard: each })),
    );
    expect(payloads.get("PrepareData")?.[0]).toMatchObject({ plan: pointer("plan"), sharding: { sharded: true } });
    const one = { ListShards: () => ({ sharded: false, shards: [] }) };
    expect((await play(one, undefined, input)).states.slice(0, 3)).toEqual(["Plan", "ListShards", "PrepareData"]);
  });

  it("starts no GPU task whose output is there already", async () => {
    const { states } = await play({
      ProfileKey: () => task("profile", true),
      FineTuneKey: () => task("fine-tune", true),
      CompressKey: () => task("compress", true),
    });
    expect(states).not.toContain("Profile");
    expect(states).not.toContain("FineTune");
    expect(states).not.toContain("Compress");
  });

  it("hands a task its environment from the key's answer", async () => {
    const { payloads } = await play({ FineTuneKey: () => ({ ...task("fine-tune", false), deadline_ms: "17" }) });
    expect(payloads.get("FineTune")).toEqual([{ INPUT: "in", OUTPUT: "steps/fine-tune/k", DEADLINE_MS: "17" }]);
  });

  it("goes through another rung when Decide says so, with the earlier decision in the payload", async () => {
    const { states, payloads } = await play({
      Decide: (_payload, call) => decision(call === 1 ? "propose" : "certify"),
    });
    expect(states).toEqual([...TO_TEACHER, ...RUNG, ...RUNG, "Certify", "Report", "Publish"]);
    expect(payloads.get("Propose")?.[1]).toMatchObject({ proposal: { rung: 1 }, decision: { next: "propose" } });
  });

  it("goes back to Decide when Certify finds size or latency broken", async () => {
    const { states, payloads } = await play({
      Certify: (_payload, call) => ({ ...pointer("certify"), outcome: call === 1 ? "broken-size-or-latency" : "kept" }),
    });
    expect(states.slice(-6)).toEqual(["Decide", "Certify", "Decide", "Certify", "Report", "Publish"]);
    expect(payloads.get("Decide")?.[1]).toMatchObject({ certificate: { outcome: "broken-size-or-latency" } });
  });

  it("reports and fails Infeasible when Decide finds no file, or the test split breaks the accuracy", async () => {
    const byDecide = await play({ Decide: () => decision("infeasible") });
    const byCertify = await play({ Certify: () => ({ ...pointer("certify"), outcome: "broken-accuracy" }) });
    for (const { states, error } of [byDecide, byCertify]) {
      expect(error?.code).toBe("Infeasible");
      expect(states.at(-1)).toBe("Report");
    }
  });

  it.each<ErrorCode>(["Deadline", "Spend"])("reports and fails %s when Decide stops for it", async (exit) => {
    const { states, error } = await play({ Decide: () => decision("stopped", exit) });
    expect(error?.code).toBe(exit);
    expect(error?.message).toBe("made up");
    expect(states.at(-1)).toBe("Report");
  });

  it.each<ErrorCode>(["CandidateRejected", "Deadline"])(
    "keeps a candidate's %s as a result and decides on the others",
    async (code) => {
      const { states, payloads, error } = await play({
        Propose: () => ({ ...pointer("propose"), rung: 1, candidates: [candidate("a"), candidate("b")] }),
        Quantize: (_payload, call) => (call === 1 ? fail(code) : pointer("quantize")),
      });
      expect(error).toBeUndefined();
      expect(states.filter((state) => state === "Measure")).toHaveLength(1);
      expect(payloads.get("Decide")?.[0]).toMatchObject({
        results: [
          { candidate: { id: "a" }, error: { Error: code, Cause: `made to fail: ${code}` } },
          { candidate: { id: "b" }, measured: pointer("measure") },
        ],
      });
    },
  );

  it.each(["Plan", "FineTune", "Propose", "Compress", "Measure", "Decide", "Publish"])(
    "records an error of %s and fails under its name, with every problem",
    async (state) => {
      const problems = [{ message: "one" }, { message: "two", where: "a file" }];
      const { states, payloads, error } = await play({
        [state]: () => {
          throw new DecantError("OutOfMemory", problems);
        },
      });
      expect(error?.code).toBe("OutOfMemory");
      expect(error?.problems).toEqual(problems);
      expect(states.at(-1)).toBe("RecordFailure");
      expect(payloads.get("RecordFailure")?.[0]).toMatchObject({ run: "r", error: { Error: "OutOfMemory" } });
    },
  );

  it("starts no further candidate after an error that ends the Map", async () => {
    const { states } = await play({
      Propose: () => ({ ...pointer("propose"), rung: 1, candidates: ["a", "b", "c"].map(candidate) }),
      Quantize: () => fail("StoreFailed"),
    });
    expect(states.filter((state) => state === "CompressKey")).toHaveLength(1);
  });

  it("tells the first error where even recording it fails", async () => {
    const { error } = await play({ FineTune: () => fail("ChildFailed"), RecordFailure: () => fail("DiskFull") });
    expect(error?.code).toBe("ChildFailed");
  });

  it("fails Stopped when it is aborted, and starts nothing more", async () => {
    const controller = new AbortController();
    const { states, error } = await play(
      {
        PrepareData: async () => {
          controller.abort();
          await new Promise((resolve) => setTimeout(resolve, 20));
          return pointer("prepare-data");
        },
      },
      controller.signal,
    );
    expect(error?.code).toBe("Stopped");
    expect(states).toEqual(["Plan", "PrepareData"]);
  });
});
