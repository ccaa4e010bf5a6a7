// Who of a rung goes on, and the reasons of those that don't.
import { describe, expect, it } from "vitest";
import { dropRest } from "../../../core/planner/drop-rest.ts";
import { candidateOf, continued } from "../../../core/planner/shape.ts";
import { judgeRung } from "../../../core/planner/survivors.ts";
import { wilson } from "../../../core/statistics/wilson.ts";
import type { DecidedPoint, PromiseResult } from "../../../core/workflow/records/measurement.ts";

const candidate = (input_size: number) => candidateOf({ input_size, parameters_ratio: 0.6, macs_ratio: 1 }, 1, 5);

const failed = (promise: PromiseResult["promise"], measured: number): PromiseResult => {
  const unit = promise === "size" ? "bytes" : promise === "latency-p95" ? "ms" : "points";
  return { promise, verdict: "failed", promised: measured / 2, measured, unit, reason: "made up" };
};

function point(
  id: string,
  right: number,
  kl_to_teacher: number,
  promises: readonly PromiseResult[] = [],
): DecidedPoint {
  return {
    candidate_id: id,
    precision: "int8",
    measure_key: "m",
    quantize_key: "q",
    compress_key: "c",
    size_bytes: 2_000_000,
    latency_ms_p50: 2,
    latency_ms_p95_upper: 2.2,
    top1: wilson(right, 100),
    agreement_with_teacher: wilson(right, 100),
    kl_to_teacher,
    promises,
    on_front: true,
  };
}

const [large, middle, small] = [candidate(192), candidate(160), candidate(128)];
const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id);

describe("a rung's survivors", () => {
  it("are the ones with the highest fidelity, and the others are told what beat them by how much", () => {
    const points = [point(large.id, 80, 0.3), point(middle.id, 90, 0.2), point(small.id, 70, 0.5)];
    const standing = judgeRung([large, middle, small], points, []);
    expect(ids(standing.ranked)).toEqual([middle.id, large.id, small.id]);
    const [last, ...others] = standing.dropped(2);
    expect(others).toEqual([]);
    expect(last).toMatchObject({ candidate_id: small.id, rung: 1 });
    expect(last!.reason).toBe(
      `beaten by ${large.id} by 0.400 in fidelity (top-1 70.0 %, agreement 70.0 %, KL 0.500, 2.00 ms against top-1 80.0 %, agreement 80.0 %, KL 0.300, 2.00 ms)`,
    );
  });

  it("of close calls are those nearer to the teacher by KL", () => {
    // One sample of a hundred more is 0.02 in top-1 and agreement together, less 0.01 of KL: within the noise.
    const points = [point(large.id, 90, 0.11), point(middle.id, 89, 0.1)];
    const standing = judgeRung([large, middle], points, []);
    expect(ids(standing.ranked)).toEqual([middle.id, large.id]);
    expect(standing.dropped(1)[0]!.reason).toContain(
      `no better than ${middle.id} in fidelity, and further from the teacher`,
    );
  });

  it("keep size and latency, but accuracy is not asked of what is still being trained", () => {
    const points = [
      point(large.id, 95, 0.1, [failed("latency-p95", 4)]),
      point(middle.id, 90, 0.2, [failed("accuracy-drop", 5)]),
      point(small.id, 85, 0.3, [failed("size", 9e6)]),
    ];
    const standing = judgeRung([large, middle, small], points, []);
    expect(ids(standing.ranked)).toEqual([middle.id]);
    expect(standing.dropped(1).map(({ reason }) => reason)).toEqual([
      "broke size: 9.00 MB, promised 4.50 MB",
      "broke latency-p95: 4.00 ms, promised 2.00 ms",
    ]);
  });

  it("may be held by their fp32 file where int8 breaks a promise", () => {
    const files = [
      point(large.id, 50, 2, [failed("latency-p95", 4)]),
      { ...point(large.id, 90, 0.1), precision: "fp32" as const },
    ];
    expect(ids(judgeRung([large], files, []).ranked)).toEqual([large.id]);
  });

  it("are not those without a file, which are told why", () => {
    const rejected = [{ candidate_id: small.id, code: "CandidateRejected", reason: "no parity" }];
    const standing = judgeRung([middle, small], [point(middle.id, 90, 0.2)], rejected);
    expect(ids(standing.ranked)).toEqual([middle.id]);
    expect(standing.dropped(1)).toEqual([
      { candidate_id: small.id, rung: 1, reason: "no file: CandidateRejected: no parity" },
    ]);
  });
});

describe("at the end of the search", () => {
  const winner = continued(middle, 2, 20);
  const points = [
    point(large.id, 80, 0.3),
    point(middle.id, 85, 0.2),
    point(small.id, 70, 0.5, [failed("accuracy-drop", 9)]),
    point(winner.id, 92, 0.1),
  ];
  const tried = [large, middle, small, winner];
  const earlier = { candidate_id: large.id, rung: 1, reason: "known before" };

  it("all but the chosen, those that went on and those dropped before are told why", () => {
    const rest = dropRest({ tried, points, dropped: [earlier], chosen: points[3]! });
    expect(rest).toEqual([
      { candidate_id: small.id, rung: 1, reason: "broke accuracy-drop: 9.00 points, promised 4.50 points" },
    ]);
  });

  it("without a choice only what broke a promise is told", () => {
    expect(dropRest({ tried, points, dropped: [], chosen: null }).map((one) => one.candidate_id)).toEqual([small.id]);
  });
});
