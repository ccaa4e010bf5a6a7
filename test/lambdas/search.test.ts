// Measure, Decide and Certify over a real store, with real models in real child processes.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SEARCH } from "../../core/planner/recipes.ts";
import type { RunPayload } from "../../core/workflow/payload.ts";
import type { Certificate, Decision, Measurement } from "../../core/workflow/records/measurement.ts";
import type { Budget } from "../../core/workflow/records/plan.ts";
import type { Proposal } from "../../core/workflow/records/search.ts";
import type { Candidate } from "../../core/workflow/records/training.ts";
import { certify } from "../../lambdas/certify.ts";
import { decide } from "../../lambdas/decide.ts";
import { measure } from "../../lambdas/measure.ts";
import { propose } from "../../lambdas/propose.ts";
import { publish } from "../../lambdas/publish.ts";
import { report } from "../../lambdas/report.ts";
import { writeRunJob } from "../../lambdas/run-job.ts";
import { readOutput } from "../../lambdas/run-step.ts";
import type { Services } from "../../lambdas/services.ts";
import { layColourRun, wrongColourModel } from "../fixtures/colour-run.ts";
import { folderServices, layStep } from "../fixtures/folder-services.ts";
import { MADE_UP_JOB } from "../fixtures/report-model.ts";

let root: string;
let services: Services;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "decant-search-"));
  services = folderServices(root);
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** Through Measure to a payload for Decide; by default no other rung may follow. */
async function measured(budget: Budget, quantized?: Uint8Array, rung: number = SEARCH.rungs_max): Promise<RunPayload> {
  const { payload } = await layColourRun(services, budget, quantized);
  const pointer = await measure(payload, services);
  const { candidate, compressed, quantized: int8 } = payload;
  const results = [{ candidate, compressed: compressed!, quantized: int8!, measured: pointer }];
  const proposed = await layStep(services, "propose", { ...proposalOf(candidate), rung });
  const proposal = { ...proposed, rung, candidates: [candidate] };
  return { ...payload, proposal, results };
}

function proposalOf(candidate: Candidate): Proposal {
  const predicted = { size_bytes: 900, latency_ms_p50: 0.1, basis: "macs" as const };
  const made = { why: "the first choice", factors: { size: 1, latency: 1 }, epochs_total: 24, predicted };
  return {
    rung: 1,
    candidates: [candidate],
    estimate_s: 60,
    why: "made up",
    proposed: [{ candidate_id: candidate.id, rung: 1, ...made }],
    dropped: [],
    planned: [{ candidates: 1, epochs: 24 }],
    students: {},
  };
}

async function decided(payload: RunPayload): Promise<{ payload: RunPayload; decision: Decision }> {
  const pointer = await decide(payload, services);
  return { payload: { ...payload, decision: pointer }, decision: await readOutput<Decision>(services, pointer) };
}

async function certified(payload: RunPayload): Promise<Certificate> {
  return readOutput<Certificate>(services, await certify(payload, services));
}

describe("Measure", () => {
  it("measures the written files on validation, and keeps what it answered", async () => {
    const { payload } = await layColourRun(services, {});
    const pointer = await measure(payload, services);
    const measurement = await readOutput<Measurement>(services, pointer);
    expect(measurement.split).toBe("validation");
    expect(measurement.shipped.accuracy.top1).toMatchObject({ count: 18, n: 18 });
    expect(measurement.teacher.top1).toMatchObject({ count: 18, n: 18 });
    expect(measurement.agreement_with_fp32.value).toBe(1);
    const { blocks, runs_per_block, speedup_over_baseline } = measurement.shipped.latency;
    expect(blocks).toBeGreaterThanOrEqual(7);
    expect(blocks).toBeLessThanOrEqual(100);
    expect({ runs_per_block, n: speedup_over_baseline.n }).toEqual({ runs_per_block: 20, n: blocks });
    expect(measurement.baseline.input_size).toBe(32);
    const folder = await services.files.folderOf(pointer);
    const predictions = JSON.parse(await readFile(join(folder, "predictions.json"), "utf8"));
    expect(predictions).toHaveLength(18);
    expect(predictions[0]).toMatchObject({ path: "red/0.png", label: 0, predicted: 0 });
  });

  it("is never taken again once written", async () => {
    const { payload } = await layColourRun(services, {});
    const first = await measure(payload, services);
    const before = await readOutput<Measurement>(services, first);
    expect(await measure(payload, services)).toEqual(first);
    expect(await readOutput<Measurement>(services, first)).toEqual(before);
  });

  it("says which pointer is missing", async () => {
    const { payload } = await layColourRun(services, {});
    const { quantized: _, ...without } = payload;
    await expect(measure(without, services)).rejects.toThrow(
      "Expected the payload of Measure to hold a pointer to the quantized model",
    );
  });
});

describe("Decide and Certify", () => {
  it("certify a file that keeps every promise, and read test for it and the teacher", async () => {
    const { payload, decision } = await decided(await measured({ size_bytes: 10_000, accuracy_drop_points: 1 }));
    expect(decision).toMatchObject({ next: "certify", rungs: SEARCH.rungs_max, rejected: [] });
    expect(decision.points.map(({ precision }) => precision === "fp32")).toEqual([false, true]);
    const certificate = await certified(payload);
    expect(certificate.outcome).toBe("kept");
    expect(certificate.measurement).toMatchObject({
      split: "test",
      shipped: { accuracy: { top1: { count: 24, n: 24 } } },
    });
    expect(certificate.promises.map(({ promise, verdict }) => [promise, verdict])).toEqual([
      ["size", "passed"],
      ["accuracy-drop", "passed"],
    ]);
  });

  it("end infeasible where no file keeps the promises", async () => {
    const { payload, decision } = await decided(await measured({ size_bytes: 10 }));
    expect(decision).toMatchObject({ next: "infeasible", chosen: null });
    expect(decision.reason).toContain("no measured file keeps every promise");
    await expect(certify(payload, services)).rejects.toThrow("Expected Decide to have chosen a file");
  });

  it("end infeasible with what Propose said where it had time for nobody", async () => {
    const payload = await measured({ size_bytes: 1 });
    const why = "the time left allows no epoch of any candidate";
    const empty = { ...proposalOf(payload.results![0]!.candidate), candidates: [], proposed: [], planned: [], why };
    const proposal = { ...(await layStep(services, "propose", empty)), rung: 1, candidates: [] };
    const { decision } = await decided({ ...payload, proposal, results: [] });
    expect(decision).toMatchObject({ next: "infeasible", points: [] });
    expect(decision.reason).toBe(`no candidate gave a file to measure; ${why}`);
  });

  it("let fp32 forward where the quantized file loses its accuracy", async () => {
    const { payload, decision } = await decided(await measured({ accuracy_drop_points: 1 }, wrongColourModel(16)));
    expect(decision.chosen).toMatchObject({ precision: "fp32" });
    expect(decision.reason).toContain("breaks accuracy-drop");
    expect((await certified(payload)).measurement).toMatchObject({ shipped: { precision: "fp32" } });
  });

  it("ship the float file that Quantize wrote, which is the one that was measured, and name that step", async () => {
    const { payload } = await decided(await measured({ accuracy_drop_points: 1 }, wrongColourModel(16)));
    await writeRunJob(services, payload.run, { job: MADE_UP_JOB, folder: "/somewhere" });
    const done = { ...payload, certificate: await certify(payload, services) };
    const { location } = await publish({ ...done, report: await report(done, services) }, services);
    const shipped = await readFile(join(location, "model.onnx"));
    const { quantized } = payload.results![0]!;
    expect(shipped.equals(await readFile(join(await services.files.folderOf(quantized!), "fp32.onnx")))).toBe(true);
    const provenance = JSON.parse(await readFile(join(location, "provenance.json"), "utf8"));
    expect(provenance).toMatchObject({
      steps: { quantize: quantized!.key },
      model: { precision: "fp32", size_bytes: shipped.length, sha256: services.sha256(shipped) },
    });
    const model = JSON.parse(await readFile(join(location, "report.json"), "utf8"));
    expect(model.quantization).toBeNull();
  });

  it("go to the next on the front where Certify refused size or latency, without reading test", async () => {
    const first = await decided(await measured({ latency_ms_p95: 1000 }));
    // The promise shrinks below any real latency between Decide and Certify: what Certify measures breaks it.
    const { payload } = await layColourRun(services, { latency_ms_p95: 1e-6 });
    const hurried = { ...first.payload, plan: payload.plan! };
    const pointer = await certify(hurried, services);
    const certificate = await readOutput<Certificate>(services, pointer);
    expect(certificate).toMatchObject({ outcome: "broken-size-or-latency", measurement: null });
    const second = await decided({ ...first.payload, certificate: pointer });
    expect(second.decision.refused_by_certify).toHaveLength(1);
    expect(second.decision.chosen?.precision).not.toBe(first.decision.chosen?.precision);
    const last = await decided({
      ...second.payload,
      certificate: await certify({ ...second.payload, plan: hurried.plan }, services),
    });
    expect(last.decision).toMatchObject({ next: "infeasible", chosen: null });
    expect(last.decision.refused_by_certify).toHaveLength(2);
  });

  it("try another rung where Certify refused the last file, time is left, and test was not read", async () => {
    const first = await decided(await measured({ latency_ms_p95: 1000 }, wrongColourModel(16), 1));
    // Half of what was measured: broken when measured again, and near enough that pruning could mend it.
    const latency_ms_p95 = Math.min(...first.decision.points.map(({ latency_ms_p50 }) => latency_ms_p50)) / 2;
    const { payload } = await layColourRun(services, { latency_ms_p95 });
    const refused = async (before: RunPayload) => {
      const certificate = await certify({ ...before, plan: payload.plan! }, services);
      return decided({ ...before, certificate });
    };
    const second = await refused(first.payload);
    expect(second.decision).toMatchObject({ next: "certify" });
    const third = await refused(second.payload);
    expect(third.decision).toMatchObject({ next: "propose", reason: expect.stringContaining("the teacher itself") });
    expect(third.decision.points.map(({ promises }) => promises[0]?.verdict)).toEqual(["failed", "failed"]);

    // The next rung's decision is about that rung: the old certificate was answered.
    const proposal = await propose(third.payload, services);
    const results = [{ candidate: proposal.candidates[0]!, error: { Error: "CandidateRejected", Cause: "no parity" } }];
    const fourth = await decided({ ...third.payload, proposal, results });
    expect(fourth.decision.refused_by_certify).toEqual(third.decision.refused_by_certify);
    expect(fourth.decision.reason).not.toContain("refused by Certify");
  });

  it("stop at the deadline, with the best so far", async () => {
    const payload = { ...(await measured({})), deadline_ms: -1 };
    expect((await decided(payload)).decision).toMatchObject({
      next: "stopped",
      chosen: { candidate_id: "16px-100w-int8" },
    });
  });

  it("certify an earlier file where the deadline cut a later candidate off, and end as stopped without one", async () => {
    const payload = await measured({});
    const [result] = payload.results!;
    const late = {
      candidate: { ...result!.candidate, id: "late" },
      error: { Error: "Deadline", Cause: "the time is used up" },
    };
    expect((await decided({ ...payload, results: [result!, late] })).decision.next).toBe("certify");
    expect((await decided({ ...payload, results: [late] })).decision.next).toBe("stopped");
  });

  it("keep a candidate that gave no point among the rejected", async () => {
    const payload = await measured({});
    const [result] = payload.results!;
    const failed = {
      candidate: { ...result!.candidate, id: "other" },
      error: { Error: "CandidateRejected", Cause: "no parity" },
    };
    const { decision } = await decided({ ...payload, results: [failed] });
    expect(decision).toMatchObject({ next: "infeasible", points: [] });
    expect(decision.rejected).toEqual([{ candidate_id: "other", code: "CandidateRejected", reason: "no parity" }]);
  });
});

describe("Propose", () => {
  it("reads the time left once: a later clock finds the same rung", async () => {
    const { payload } = await layColourRun(services, { time_s: 600 });
    const first = await propose({ ...payload, deadline_ms: 600_000 }, services);
    const later = { ...services, now: () => 500_000 };
    expect(await propose({ ...payload, deadline_ms: 600_000 }, later)).toEqual(first);
    expect(first).toMatchObject({ rung: 1, candidates: [{ rung: 1 }, { rung: 1 }] });
  });
});
