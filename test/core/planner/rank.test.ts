// Which point goes forward, why, and what follows a rung.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dominates, markFront } from "../../../core/planner/front.ts";
import { pointKey } from "../../../core/planner/point-key.ts";
import { choose } from "../../../core/planner/rank.ts";
import { nextStep } from "../../../core/planner/stop.ts";
import { wilson } from "../../../core/statistics/wilson.ts";
import type { DecidedPoint } from "../../../core/workflow/records/measurement.ts";

interface Made {
  id?: string;
  precision?: DecidedPoint["precision"];
  ms?: number;
  right?: number;
  size?: number;
  failed?: boolean;
}

function point({
  id = "a",
  precision = "int8",
  ms = 4,
  right = 85,
  size = 1000,
  failed = false,
}: Made = {}): DecidedPoint {
  return {
    candidate_id: id,
    precision,
    measure_key: "m",
    quantize_key: "q",
    compress_key: "c",
    size_bytes: size,
    latency_ms_p50: ms,
    latency_ms_p95_upper: ms * 1.1,
    top1: wilson(right, 100),
    agreement_with_teacher: wilson(right, 100),
    kl_to_teacher: 0,
    promises: [
      {
        promise: "size",
        verdict: failed ? "failed" : "passed",
        promised: 1,
        measured: 1,
        unit: "bytes",
        reason: "made up",
      },
    ],
    on_front: false,
  };
}

const points = fc.array(
  fc
    .record({
      id: fc.constantFrom("a", "b", "c"),
      precision: fc.constantFrom("int8" as const, "fp32" as const),
      ms: fc.integer({ min: 1, max: 6 }),
      right: fc.integer({ min: 60, max: 99 }),
      size: fc.integer({ min: 1, max: 5 }),
      failed: fc.boolean(),
    })
    .map(point),
  { maxLength: 6 },
);
const unique = points.map((list) => [...new Map(list.map((made) => [pointKey(made), made])).values()]);

describe("choose", () => {
  it("never lets a failed or refused point forward, and always finds one where there is one", () => {
    fc.assert(
      fc.property(unique, (list) => {
        const refused = list.slice(0, 1).map(pointKey);
        const eligible = list.filter(
          (made) => made.promises[0]!.verdict === "passed" && !refused.includes(pointKey(made)),
        );
        const choice = choose(list, refused);
        if (eligible.length === 0) expect(choice).toBeUndefined();
        else expect(eligible).toContain(choice!.chosen);
      }),
    );
  });

  it("never ships a slower int8 while its own fp32 keeps the promises", () => {
    fc.assert(
      fc.property(unique, (list) => {
        const chosen = choose(list, [])?.chosen;
        if (chosen?.precision !== "int8") return;
        const twin = list.find((made) => made.candidate_id === chosen.candidate_id && made.precision === "fp32");
        if (twin && twin.promises[0]!.verdict === "passed")
          expect(chosen.latency_ms_p50).toBeLessThan(twin.latency_ms_p50);
      }),
    );
  });

  it("takes int8 where it is faster, though fp32 is a little closer to the teacher", () => {
    const choice = choose([point({ ms: 4, right: 84 }), point({ precision: "fp32", ms: 8, right: 85 })], []);
    expect(choice!.chosen.precision).toBe("int8");
  });

  it("lets fp32 forward with the reason where int8 is slower", () => {
    const choice = choose([point({ ms: 8 }), point({ precision: "fp32", ms: 4 })], []);
    expect(choice!.chosen.precision).toBe("fp32");
    expect(choice!.reason).toContain("int8 is not faster here (8.00 ms against 4.00 ms)");
  });

  it("takes a slower int8 only where nothing else keeps every promise", () => {
    const choice = choose([point({ ms: 8 }), point({ precision: "fp32", ms: 4, failed: true })], []);
    expect(choice!.chosen.precision).toBe("int8");
    expect(choice!.reason).toContain("only it keeps every promise");
  });

  it("lets fp32 forward with the reason where int8 breaks a promise", () => {
    const choice = choose([point({ failed: true }), point({ precision: "fp32", ms: 8 })], []);
    expect(choice!.reason).toContain("since int8 breaks size");
  });

  it("prefers fidelity, and speed among points that are near", () => {
    expect(
      choose([point({ id: "a", ms: 2, right: 80 }), point({ id: "b", ms: 4, right: 90 })], [])!.chosen.candidate_id,
    ).toBe("b");
    expect(
      choose([point({ id: "a", ms: 2, right: 90 }), point({ id: "b", ms: 4, right: 90 })], [])!.chosen.candidate_id,
    ).toBe("a");
  });
});

describe("markFront", () => {
  it("marks exactly the points that no other beats", () => {
    fc.assert(
      fc.property(unique, (list) => {
        const marked = markFront(list);
        if (list.length > 0) expect(marked.some(({ on_front }) => on_front)).toBe(true);
        for (const made of marked) expect(made.on_front).toBe(!marked.some((other) => dominates(other, made)));
      }),
    );
  });

  it("never has two points beat each other, or one itself", () => {
    fc.assert(
      fc.property(unique, (list) => {
        for (const a of list) for (const b of list) expect(dominates(a, b) && dominates(b, a)).toBe(false);
      }),
    );
  });
});

describe("nextStep", () => {
  const choice = { chosen: point(), reason: "made up" };
  const base = {
    choice,
    points: [choice.chosen],
    further: { possible: false, why: "the search ends" },
    time_up: false,
    cut_off: false,
  };

  it("certifies what was chosen once the search ends", () => {
    expect(nextStep(base)).toMatchObject({ next: "certify", reason: "a/int8: made up" });
  });

  it("goes on while a further rung is possible, but never after the deadline", () => {
    const further = { possible: true, why: "faster" };
    expect(nextStep({ ...base, further })).toMatchObject({ next: "propose", reason: "faster", chosen: null });
    expect(nextStep({ ...base, further, time_up: true }).next).toBe("stopped");
  });

  it("is infeasible, with what was tried last, where nothing keeps the promises", () => {
    expect(nextStep({ ...base, choice: undefined })).toMatchObject({
      next: "infeasible",
      reason: "no measured file keeps every promise; the search ends",
    });
    expect(nextStep({ ...base, choice: undefined, points: [] }).reason).toContain(
      "no candidate gave a file to measure",
    );
  });

  it("certifies what an earlier rung found where the deadline cut a candidate off, and else ends as stopped", () => {
    const further = { possible: true, why: "faster" };
    expect(nextStep({ ...base, further, cut_off: true }).next).toBe("certify");
    expect(nextStep({ ...base, cut_off: true, choice: undefined }).next).toBe("stopped");
  });

  it("stops at the deadline and names the best so far", () => {
    expect(nextStep({ ...base, time_up: true })).toMatchObject({
      next: "stopped",
      exit: "Deadline",
      chosen: choice.chosen,
    });
    const further = { possible: true, why: "faster" };
    expect(nextStep({ ...base, further, spend_up: true })).toMatchObject({ next: "stopped", exit: "Spend" });
    expect(nextStep({ ...base, time_up: true, choice: undefined }).reason).toContain("no file kept every promise");
  });
});
