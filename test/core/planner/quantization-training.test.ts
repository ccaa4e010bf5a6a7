// When a rung trains with simulated int8.
import { describe, expect, it } from "vitest";
import { quantizationTraining } from "../../../core/planner/quantization-training.ts";
import { candidateOf } from "../../../core/planner/shape.ts";
import type { DecidedPoint, PromiseResult } from "../../../core/workflow/records/measurement.ts";

const FIRST = candidateOf({ input_size: 160, parameters_ratio: 1, macs_ratio: 1 }, 1, 20);

type Verdicts = Partial<Record<PromiseResult["promise"], PromiseResult["verdict"]>>;

function file(precision: DecidedPoint["precision"], verdicts: Verdicts, candidate_id = FIRST.id): DecidedPoint {
  const share = { value: 0.9, count: 90, n: 100, low: 0.8, high: 0.95 };
  const promises = Object.entries(verdicts).map(([promise, verdict]) => ({
    promise: promise as PromiseResult["promise"],
    verdict,
    promised: 1,
    measured: 1,
    unit: "",
    reason: "",
  }));
  return {
    candidate_id,
    precision,
    measure_key: "m",
    quantize_key: "q",
    compress_key: "c",
    size_bytes: 1,
    latency_ms_p50: 1,
    latency_ms_p95_upper: 1,
    top1: share,
    agreement_with_teacher: share,
    kl_to_teacher: 0.1,
    promises,
    on_front: true,
  };
}

describe("training with simulated int8", () => {
  const lost = [
    file("int8", { "accuracy-drop": "failed", size: "passed" }),
    file("fp32", { "accuracy-drop": "passed", size: "failed" }),
  ];

  it("goes on from the student that lost its accuracy by rounding alone", () => {
    const found = quantizationTraining([FIRST], lost, 2, 6)!;
    expect(found.candidate).toMatchObject({ continues: FIRST.id, rung: 2, input_size: 160 });
    expect(found.candidate.training.quantization_epochs).toBe(found.candidate.training.epochs);
    expect(found.candidate.id).not.toBe(FIRST.id);
    expect(found.why).toContain(FIRST.id);
  });

  it("is not asked for where no epoch is planned for it", () => {
    expect(quantizationTraining([FIRST], lost, 2, 0)).toBeUndefined();
  });

  it("is tried once", () => {
    const { candidate } = quantizationTraining([FIRST], lost, 2, 6)!;
    const again = [...lost, ...lost.map((point) => ({ ...point, candidate_id: candidate.id }))];
    expect(quantizationTraining([FIRST, candidate], again, 3, 6)).toBeUndefined();
  });

  it.each<[string, readonly DecidedPoint[]]>([
    ["fp32 lost its accuracy too", [lost[0]!, file("fp32", { "accuracy-drop": "failed" })]],
    ["the int8 file is too large as well", [file("int8", { "accuracy-drop": "failed", size: "failed" }), lost[1]!]],
    ["some file keeps every promise", [...lost, file("int8", { "accuracy-drop": "passed" }, "other")]],
    ["no accuracy was promised", [file("int8", { size: "failed" }), file("fp32", { size: "failed" })]],
    ["nothing was measured", []],
  ])("is not asked for where %s", (_, points) => {
    expect(quantizationTraining([FIRST], points, 2, 6)).toBeUndefined();
  });
});
