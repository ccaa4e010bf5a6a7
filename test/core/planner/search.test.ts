// Whole searches against made-up measurements: within the time, nothing twice, every student's rungs joined, and the
// predictions corrected by what was measured.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { propose } from "../../../core/planner/propose.ts";
import { SEARCH, STUDENT } from "../../../core/planner/recipes.ts";
import { epochsOf } from "../../../core/planner/runner.ts";
import { candidateSeconds } from "../../../core/planner/student-time.ts";
import { planTeacher } from "../../../core/planner/teacher-recipe.ts";
import { searchSeconds } from "../../../core/planner/training-time.ts";
import { wilson } from "../../../core/statistics/wilson.ts";
import type { DecidedPoint, PromiseResult } from "../../../core/workflow/records/measurement.ts";
import type { PlanRecord } from "../../../core/workflow/records/plan.ts";
import type { Proposal } from "../../../core/workflow/records/search.ts";
import type { Candidate, TrainingProfile } from "../../../core/workflow/records/training.ts";
import { planOf, plans, profileOf, profiles, TEACHER } from "../../fixtures/planner.ts";

interface Truth {
  /** Measured over predicted. */
  readonly size: number;
  readonly latency: number;
  right(candidate: Candidate, call: number): number;
}

function measure(plan: PlanRecord, proposal: Proposal, truth: Truth, call: number): DecidedPoint[] {
  return proposal.candidates.map((candidate, place) => {
    const { predicted, factors } = proposal.proposed[place]!;
    const size_bytes = Math.round((predicted.size_bytes / factors.size) * truth.size);
    const p50 = (predicted.latency_ms_p50 / factors.latency) * truth.latency;
    const right = truth.right(candidate, call + place);
    return {
      candidate_id: candidate.id,
      precision: "int8",
      measure_key: `m-${candidate.id}`,
      quantize_key: `q-${candidate.id}`,
      compress_key: `c-${candidate.id}`,
      size_bytes,
      latency_ms_p50: p50,
      latency_ms_p95_upper: p50 * 1.05,
      top1: wilson(right, 100),
      agreement_with_teacher: wilson(right, 100),
      kl_to_teacher: 1 - right / 100,
      promises: promisesOf(plan, size_bytes, p50 * 1.05, 95 - right),
      on_front: true,
    };
  });
}

function promisesOf({ budget }: PlanRecord, size: number, latency: number, drop: number): PromiseResult[] {
  const held = (promise: PromiseResult["promise"], promised: number | undefined, measured: number, unit: string) =>
    promised === undefined
      ? []
      : [
          {
            promise,
            verdict: measured <= promised ? ("passed" as const) : ("failed" as const),
            promised,
            measured,
            unit,
            reason: "",
          },
        ];
  return [
    ...held("size", budget.size_bytes, size, "bytes"),
    ...held("latency-p95", budget.latency_ms_p95, latency, "ms"),
    ...held("accuracy-drop", budget.accuracy_drop_points, drop, "points"),
  ];
}

function search(plan: PlanRecord, profile: TrainingProfile, truth: Truth): Proposal[] {
  const { input_size } = planTeacher(plan, profile).recipe;
  const macs = TEACHER.macs * (input_size / TEACHER.input_size) ** 2;
  const teacher = { parameters: TEACHER.parameters, macs, input_size };
  const [tried, points]: [Candidate[], DecidedPoint[]] = [[], []];
  const proposals: Proposal[] = [];
  for (let rung = 1; rung <= SEARCH.rungs_max + 1; rung += 1) {
    const proposal = propose({ plan, profile, teacher, tried, points, rung, clock_left_s: null });
    proposals.push(proposal);
    if (proposal.candidates.length === 0) break;
    points.push(...measure(plan, proposal, truth, points.length));
    tried.push(...proposal.candidates);
  }
  return proposals;
}

const truths = fc
  .tuple(
    fc.double({ min: 0.5, max: 2, noNaN: true }),
    fc.double({ min: 0.4, max: 3, noNaN: true }),
    fc.array(fc.nat({ max: 100 }), { minLength: 40, maxLength: 40 }),
  )
  .map(([size, latency, answers]): Truth => ({ size, latency, right: (_, call) => answers[call % answers.length]! }));

describe("a whole search", () => {
  it("never plans more than the time", () => {
    fc.assert(
      fc.property(plans, profiles, truths, (plan, profile, truth) => {
        const teacher = planTeacher(plan, profile);
        const candidates = search(plan, profile, truth).flatMap((proposal) => proposal.candidates);
        const seconds = candidates.map((one) => candidateSeconds(plan, profile, teacher.recipe.input_size, one));
        const spent = seconds.reduce((sum, s) => sum + s, teacher.estimate_s);
        if (candidates.length > 0) expect(spent).toBeLessThanOrEqual(searchSeconds(plan, profile) + 1e-6);
      }),
    );
  });

  it("ends, names nobody twice, and trains no student for more epochs than the limit", () => {
    fc.assert(
      fc.property(plans, profiles, truths, (plan, profile, truth) => {
        const proposals = search(plan, profile, truth);
        const tried = proposals.flatMap((proposal) => proposal.candidates);
        expect(proposals.at(-1)!.candidates).toEqual([]);
        expect(new Set(tried.map(({ id }) => id)).size).toBe(tried.length);
        for (const candidate of tried) expect(epochsOf(candidate, tried)).toBeLessThanOrEqual(STUDENT.epochs_max);
      }),
    );
  });

  it("continues only students of the rung before, in the same shape, and knows where they lie", () => {
    fc.assert(
      fc.property(plans, profiles, truths, (plan, profile, truth) => {
        const proposals = search(plan, profile, truth);
        for (const { candidates, rung, students } of proposals) {
          for (const { continues, prune, input_size } of candidates) {
            if (continues === undefined) continue;
            const earlier = proposals[rung - 2]!.candidates.find(({ id }) => id === continues);
            expect(earlier).toMatchObject({ prune, input_size });
            expect(students[continues]).toBe(`c-${continues}`);
          }
        }
      }),
    );
  });

  it("says of everybody who falls out why, and once", () => {
    fc.assert(
      fc.property(plans, profiles, truths, (plan, profile, truth) => {
        const proposals = search(plan, profile, truth);
        const dropped = proposals.flatMap((proposal) => proposal.dropped);
        const continued = new Set(proposals.flatMap(({ candidates }) => candidates.map(({ continues }) => continues)));
        expect(new Set(dropped.map((one) => one.candidate_id)).size).toBe(dropped.length);
        for (const { candidate_id, reason } of dropped) {
          expect(continued.has(candidate_id)).toBe(false);
          expect(reason).toMatch(/^(beaten by|no better than|broke|no file)/);
        }
      }),
    );
  });

  it("predicts that every candidate of the first rung keeps size and latency, or says that it doesn't", () => {
    fc.assert(
      fc.property(plans, profiles, (plan, profile) => {
        const [rung] = search(plan, profile, { size: 1, latency: 1, right: () => 90 });
        for (const { predicted, why } of rung!.proposed) {
          const fits =
            predicted.size_bytes <= (plan.budget.size_bytes ?? Number.POSITIVE_INFINITY) &&
            predicted.latency_ms_p50 <= (plan.budget.latency_ms_p95 ?? Number.POSITIVE_INFINITY);
          expect(why.includes("predicted too")).toBe(!fits);
        }
      }),
    );
  });
});

const long = planOf({ size_bytes: 2_500_000, latency_ms_p95: 2.3, time_s: 4200 });
const quick = profileOf(38, 8);

describe("a search with over an hour", () => {
  const truth: Truth = { size: 1, latency: 0.9, right: ({ input_size }) => (input_size === 160 ? 92 : 88) };
  const proposals = search(long, quick, truth);

  it("trains several candidates for a few epochs, and half of them on, until the best has all the time left", () => {
    expect(proposals.map(({ candidates }) => candidates.length).slice(0, 4)).toEqual([5, 3, 2, 1]);
    const last = proposals[3]!.candidates[0]!;
    expect(last).toMatchObject({ input_size: 160, rung: 4 });
    expect(proposals[3]!.proposed[0]!.epochs_total).toBeGreaterThan(40);
  });

  it("corrects its predictions by what was measured", () => {
    expect(proposals[0]!.proposed[0]!.factors).toEqual({ size: 1, latency: 1 });
    expect(proposals[1]!.proposed[0]!.factors.latency).toBeCloseTo(0.9, 9);
    expect(proposals[1]!.proposed[0]!.factors.size).toBeCloseTo(1, 3);
  });

  it("is one long training where money is promised", () => {
    const plan = planOf({ ...long.budget, spend_usd: 5 });
    expect(search(plan, quick, truth)[0]!.candidates).toHaveLength(1);
  });
});

describe("a first rung that is too slow altogether", () => {
  const proposals = search(long, quick, { size: 1, latency: 2.5, right: () => 90 });

  it("is followed by shapes corrected by the measured latencies", () => {
    const [first, second] = proposals;
    expect(first!.candidates.length).toBeGreaterThan(1);
    expect(second!.candidates[0]!.continues).toBeUndefined();
    expect(second!.proposed[0]!.factors.latency).toBeCloseTo(2.5, 9);
    for (const { predicted } of second!.proposed) expect(predicted.latency_ms_p50).toBeLessThanOrEqual(2);
    expect(second!.dropped.map(({ reason }) => reason.slice(0, 17))).toEqual(
      first!.candidates.map(() => "broke latency-p95"),
    );
  });
});
