// The report model: its schema, what it is about, and what an infeasible run says.
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { buildReport, subject } from "../../../core/report/build-report.ts";
import {
  MADE_UP_CLASSES,
  madeUpInfeasible,
  madeUpInputs,
  madeUpPlan,
  madeUpReport,
} from "../../fixtures/report-model.ts";

const schema = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../schemas/${name}.schema.json`, import.meta.url), "utf8"));
const validate = new Ajv2020({ strict: true, allErrors: true })
  .addSchema(schema("provenance"))
  .compile(schema("report"));

const nothingMeasured = () => {
  const base = madeUpInputs();
  return madeUpInputs({
    certificate: null,
    measured: null,
    quantized: null,
    teacher: null,
    profile: null,
    predictions: [],
    size_by_layer: [],
    curves: { teacher: [], candidate: [] },
    decision: { ...base.decision, next: "stopped", points: [], chosen: null, rungs: 0 },
  });
};

describe("the report model", () => {
  it.each([
    ["a kept run", madeUpInputs()],
    ["an infeasible run", madeUpInfeasible()],
    ["a stopped run", madeUpInfeasible("stopped")],
    ["a run that measured nothing", nothingMeasured()],
  ])("of %s follows report.schema.json", (_, inputs) => {
    const valid = validate(JSON.parse(JSON.stringify(buildReport(inputs))));
    expect(validate.errors ?? []).toEqual([]);
    expect(valid).toBe(true);
  });

  it("is refused by the schema with an unknown field or a wrong unit of a share", () => {
    const report = madeUpReport();
    expect(validate({ ...report, extra: 1 })).toBe(false);
    const wrong = structuredClone(report) as { file: { accuracy: { top1: { value: number } } } };
    wrong.file.accuracy.top1.value = 86.3;
    expect(validate(wrong)).toBe(false);
  });

  it("is about the certified file on test, with the points of the search on validation", () => {
    const report = madeUpReport();
    expect(report.outcome).toBe("kept");
    expect(report.file).toMatchObject({ certified: true, split: "test", candidate_id: "160px-54w-int8" });
    expect(report.search.points.filter((p) => p.fate === "chosen")).toHaveLength(1);
    expect(report.nearest).toEqual([]);
    expect(report.suggestions).toEqual([]);
  });

  it("shows what was promised where nothing was measured", () => {
    const { promises } = buildReport(nothingMeasured());
    expect(promises.map((p) => `${p.promise} ${p.verdict}`)).toEqual([
      "size not-measured",
      "latency-p95 not-measured",
      "accuracy-drop not-measured",
      "spend not-measured",
    ]);
  });

  it("sends a run that tried nobody to its time, and one whose candidates failed to the list of them", () => {
    const inputs = nothingMeasured();
    const infeasible = { ...inputs.decision, next: "infeasible" as const, rejected: [] };
    expect(buildReport({ ...inputs, decision: infeasible }).suggestions).toEqual([
      expect.stringContaining("A larger budget.time"),
    ]);
    const rejected = [{ candidate_id: "96px", code: "Bug", reason: "broke" }];
    expect(buildReport({ ...inputs, decision: { ...infeasible, rejected } }).suggestions).toEqual([
      "No candidate could be measured: the list of refused candidates says why.",
    ]);
  });

  it("marks points from the fastest on", () => {
    const { points } = madeUpReport().search;
    expect(points.map((p) => p.mark)).toEqual(["A", "B", "C", "D", "E", "F", "G", "H"]);
    expect(points.map((p) => p.latency_ms_p50)).toEqual(points.map((p) => p.latency_ms_p50).toSorted((a, b) => a - b));
  });

  it("is infeasible, about the certified file on test, when the accuracy promise broke there", () => {
    const base = madeUpInputs();
    const promises = base.certificate!.promises.map((p) =>
      p.promise === "accuracy-drop" ? { ...p, verdict: "failed" as const, measured: 3.4 } : p,
    );
    const certificate = { ...base.certificate!, promises, outcome: "broken-accuracy" as const };
    const report = buildReport({ ...base, certificate });
    expect(report.outcome).toBe("infeasible");
    expect(report.nearest[0]).toMatchObject({ mark: "C", broken: [{ promise: "accuracy-drop", measured: 3.4 }] });
    expect(report.suggestions[0]).toContain("budget.accuracy-drop: 3.4 points (now 3.0 points)");
    expect(report.file).toMatchObject({ certified: false, split: "test" });
    expect(report.provenance.model).toBeNull();
  });

  it("says of the nearest points which promise broke by how much, and what would be enough", () => {
    const report = buildReport(madeUpInfeasible());
    expect(report.outcome).toBe("infeasible");
    expect(report.nearest[0]!.candidate_id).toBe("160px-54w-int8");
    expect(report.nearest[0]!.broken).toEqual([
      { promise: "size", promised: 1.5e6, measured: 2_312_480, unit: "bytes", ratio: 2_312_480 / 1.5e6 },
    ]);
    expect(report.suggestions[0]).toContain("budget.size: 2.40 MB (now 1.50 MB)");
  });

  it("calls a data set imbalanced from a ratio of three on, and then names macro recall in the headline", () => {
    expect(madeUpReport().file!.imbalanced).toBe(false);
    expect(madeUpReport().headline).not.toContain("macro recall");
    const report = madeUpReport({ plan: madeUpPlan(MADE_UP_CLASSES, [66, 66, 66, 66, 15]) });
    expect(report.file!.imbalanced).toBe(true);
    expect(report.headline).toContain("macro recall");
  });

  it("takes the float file's figures where that is the point it is about", () => {
    const base = madeUpInfeasible();
    const points = base.decision.points.filter((p) => p.candidate_id === "160px-54w-int8" && p.precision === "fp32");
    const report = buildReport({ ...base, decision: { ...base.decision, points } });
    expect(report.file).toMatchObject({ precision: "fp32", size_bytes: 7_702_112, split: "validation" });
    expect(report.quantization).toBeNull();
  });

  it("is about validation, and says why the file was refused, when size or latency broke in Certify", () => {
    const base = madeUpInfeasible();
    const point = base.decision.points[4]!;
    const certificate = {
      point,
      measurement: null,
      promises: point.promises,
      outcome: "broken-size-or-latency" as const,
    };
    const report = buildReport({ ...base, certificate });
    expect(report).toMatchObject({ outcome: "infeasible", file: { split: "validation", certified: false } });
    expect(report.search.points.find((p) => p.mark === "C")!.reason).toMatch(
      /^Measured again, it broke its promise: size/,
    );
  });

  it("shows the latency that Certify refused a file for, not the one that passed before, beside its accuracy", () => {
    const base = madeUpInfeasible();
    const result = { promised: 2, unit: "ms", reason: "" };
    const latency = { ...result, promise: "latency-p95" as const, measured: 1.8, verdict: "passed" as const };
    const accuracy = { ...latency, promise: "accuracy-drop" as const, unit: "points" };
    const point = { ...base.decision.points[4]!, promises: [latency, accuracy] };
    const broken = { ...latency, measured: 2.1, verdict: "failed" as const };
    const certificate = { point, measurement: null, promises: [broken], outcome: "broken-size-or-latency" as const };
    const report = buildReport({ ...base, decision: { ...base.decision, points: [point] }, certificate });
    expect(report.promises.slice(0, 2)).toEqual([broken, accuracy]);
    expect(report.headline).toContain("p95 latency 2.10 ms instead of 2.00 ms");
  });

  it("is about the point that is nearest by what Certify found, as its list of nearest points is", () => {
    const base = madeUpInfeasible();
    const size = { promise: "size" as const, promised: 2, measured: 1, unit: "bytes", reason: "" };
    const [refused, near] = [base.decision.points[4]!, base.decision.points[1]!];
    const passed = { ...refused, promises: [{ ...size, verdict: "passed" as const }] };
    const missed = { ...near, promises: [{ ...size, measured: 2.1, verdict: "failed" as const }] };
    const promises = [{ ...size, measured: 3, verdict: "failed" as const }];
    const certificate = { point: passed, measurement: null, promises, outcome: "broken-size-or-latency" as const };
    const decision = { ...base.decision, points: [passed, missed] };
    expect(subject(decision, certificate)?.candidate_id).toBe(near.candidate_id);
    expect(buildReport({ ...base, decision, certificate }).nearest[0]?.candidate_id).toBe(near.candidate_id);
  });

  it("holds the time that the run took against its promise, and spend as not measured", () => {
    const plan = { ...madeUpPlan(), budget: { time_s: 600, spend_usd: 2 } };
    const certificate = { ...madeUpInputs().certificate!, promises: [] };
    const verdicts = (elapsed_s: number | null) =>
      madeUpReport({ plan, certificate, elapsed_s }).promises.map((p) => `${p.promise} ${p.verdict}`);
    expect(verdicts(512)).toEqual(["time passed", "spend not-measured"]);
    expect(verdicts(null)).toEqual(["time not-measured", "spend not-measured"]);
  });

  it("is the same for the same inputs, without dates or folders", () => {
    const [a, b] = [madeUpReport(), madeUpReport()].map((report) => JSON.stringify(report));
    expect(a).toBe(b);
    expect(a).not.toMatch(/20\d\d-\d\d-\d\d|\/tmp|\/home/);
  });
});
