// Rungs: within the time by the planner's own estimates, monotone in the size promise, and aimed at what was broken.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { int8SizeBytes } from "../../../core/budget/size.ts";
import { estimateRun } from "../../../core/planner/estimate.ts";
import { propose } from "../../../core/planner/propose.ts";
import type { ProposeInput } from "../../../core/planner/propose-input.ts";
import { SEARCH, STUDENT } from "../../../core/planner/recipes.ts";
import { candidateSeconds } from "../../../core/planner/student-time.ts";
import { planTeacher } from "../../../core/planner/teacher-recipe.ts";
import { searchSeconds } from "../../../core/planner/training-time.ts";
import { wilson } from "../../../core/statistics/wilson.ts";
import type { DecidedPoint, PromiseResult } from "../../../core/workflow/records/measurement.ts";
import type { Candidate } from "../../../core/workflow/records/training.ts";
import { planOf, plans, profileOf, profiles, TEACHER } from "../../fixtures/planner.ts";

const firstRung = (plan: ProposeInput["plan"], profile = profileOf(45, 8), clock_left_s: number | null = null) =>
  propose({ plan, profile, teacher: TEACHER, tried: [], points: [], rung: 1, clock_left_s });

const width = (candidate: Candidate | undefined) => candidate?.prune?.parameters_ratio ?? 1;

function pointOf(candidate: Candidate, promises: readonly PromiseResult[], upper = 5): DecidedPoint {
  return {
    candidate_id: candidate.id,
    precision: "int8",
    measure_key: "m",
    quantize_key: "q",
    compress_key: "c",
    size_bytes: 2_400_000,
    latency_ms_p50: upper * 0.9,
    latency_ms_p95_upper: upper,
    top1: wilson(80, 90),
    agreement_with_teacher: wilson(80, 90),
    kl_to_teacher: 0.1,
    promises,
    on_front: true,
  };
}

const result = (promise: PromiseResult["promise"], verdict: PromiseResult["verdict"], promised: number) => ({
  promise,
  verdict,
  promised,
  measured: promised,
  unit: "",
  reason: "as measured",
});

function secondRung(budget: ProposeInput["plan"]["budget"], promises: readonly PromiseResult[], upper = 5) {
  const plan = planOf(budget);
  const profile = profileOf(4, 1);
  const [first] = firstRung(plan, profile).candidates;
  const points = [pointOf(first!, promises, upper)];
  const second = propose({ plan, profile, teacher: TEACHER, tried: [first!], points, rung: 2, clock_left_s: null });
  return { first: first!, second };
}

describe("the first rung", () => {
  it("never takes more than the time promised, by its own estimates", () => {
    fc.assert(
      fc.property(plans, profiles, (plan, profile) => {
        const teacher = planTeacher(plan, profile);
        const { candidates } = propose({
          plan,
          profile,
          teacher: { ...TEACHER, input_size: teacher.recipe.input_size },
          tried: [],
          points: [],
          rung: 1,
          clock_left_s: null,
        });
        const spent = candidates.reduce((sum, candidate) => {
          return sum + candidateSeconds(plan, profile, teacher.recipe.input_size, candidate);
        }, teacher.estimate_s);
        if (candidates.length > 0) expect(spent).toBeLessThanOrEqual(searchSeconds(plan, profile) + 1e-6);
      }),
    );
  });

  it("estimates a whole run within the time promised", () => {
    fc.assert(
      fc.property(plans, profiles, (plan, profile) => {
        const { total_s, candidates } = estimateRun(plan, profile);
        if (plan.budget.time_s !== undefined && candidates.length > 0) {
          expect(total_s).toBeLessThanOrEqual(plan.budget.time_s);
        }
      }),
    );
  });

  it("never prunes more for a larger size promise", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 100_000, max: 8_000_000 }),
        fc.integer({ min: 1, max: 4_000_000 }),
        (size, more) => {
          const [small] = firstRung(planOf({ size_bytes: size })).candidates;
          const [large] = firstRung(planOf({ size_bytes: size + more })).candidates;
          expect(width(large)).toBeGreaterThanOrEqual(width(small));
        },
      ),
    );
  });

  it("never takes a larger input for a shorter latency promise", () => {
    const ms = fc.double({ min: 0.2, max: 30, noNaN: true });
    fc.assert(
      fc.property(ms, ms, (a, b) => {
        const [short] = firstRung(planOf({ latency_ms_p95: Math.min(a, b) })).candidates;
        const [long] = firstRung(planOf({ latency_ms_p95: Math.max(a, b) })).candidates;
        expect(short!.input_size).toBeLessThanOrEqual(long!.input_size);
      }),
    );
  });

  it("gives the same rung for the same facts", () => {
    fc.assert(
      fc.property(plans, profiles, (plan, profile) => {
        expect(firstRung(plan, profile)).toEqual(firstRung(structuredClone(plan), structuredClone(profile)));
      }),
    );
  });

  it("leaves the network whole where it fits, and prunes it into the promise where it doesn't", () => {
    const [whole] = firstRung(planOf({ size_bytes: 8_000_000 })).candidates;
    expect(whole).toMatchObject({ id: "160px-100w-int8", prune: null, input_size: 160 });
    const [pruned] = firstRung(planOf({ size_bytes: 2_500_000 })).candidates;
    expect(pruned!.prune).toMatchObject({ pruner: "expansion", importance: "taylor", channel_multiple: 16 });
    expect(int8SizeBytes(width(pruned) * TEACHER.parameters)).toBeLessThanOrEqual(2_500_000 * (1 - SEARCH.size_margin));
  });

  it("trains for at least 8 epochs on the flowers job, and never longer than the limit", () => {
    const budget = { size_bytes: 2_500_000, accuracy_drop_points: 3, time_s: 600 };
    const [candidate] = firstRung(planOf(budget)).candidates;
    expect(candidate!.input_size).toBe(160);
    expect(candidate!.training.epochs).toBeGreaterThanOrEqual(8);
    const [alone] = firstRung(planOf({ ...budget, spend_usd: 1 }), profileOf(0.5, 0.1)).candidates;
    expect(alone!.training.epochs).toBe(STUDENT.epochs_max);
  });

  it("obeys the clock where less is left than planned, and gives up where nothing fits", () => {
    const plan = planOf({ time_s: 600 });
    const planned = firstRung(plan).candidates[0]!.training.epochs;
    expect(firstRung(plan, profileOf(45, 8), 200).candidates[0]!.training.epochs).toBeLessThan(planned);
    expect(firstRung(plan, profileOf(45, 8), 0)).toMatchObject({ candidates: [], estimate_s: 0 });
    expect(firstRung(plan, profileOf(45, 8), 0).why).toContain("promise more time");
  });
});

describe("a student at its teacher's own input size", () => {
  it("relearns, and only one at a smaller size may be refined", () => {
    const plan = planOf({ time_s: 900 });
    const trainingAt = (input_size: number) => {
      const teacher = { ...TEACHER, input_size };
      const { candidates } = propose({
        plan,
        profile: profileOf(4, 1),
        teacher,
        tried: [],
        points: [],
        rung: 1,
        clock_left_s: null,
      });
      return candidates.map((candidate) => [
        candidate.input_size < input_size,
        candidate.training.refinement !== undefined,
      ]);
    };
    for (const [is_smaller, is_refined] of [...trainingAt(224), ...trainingAt(128)])
      expect(is_refined).toBe(is_smaller);
    expect(trainingAt(128).some(([is_smaller]) => !is_smaller)).toBe(true);
  });
});

describe("after a candidate that was rejected within seconds", () => {
  it("another pruner is tried in the time that the clock has left", () => {
    const plan = planOf({ time_s: 300, size_bytes: 470_000 });
    const profile = profileOf(4, 1);
    const first = propose({ plan, profile, teacher: TEACHER, tried: [], points: [], rung: 1, clock_left_s: 250 });
    const [candidate] = first.candidates;
    const rejected = [{ candidate_id: candidate!.id, code: "CandidateRejected", reason: "the ratio is out of reach" }];
    const later = { plan, profile, teacher: TEACHER, tried: [candidate!], points: [], rejected, rung: 2 };
    const [second] = propose({ ...later, clock_left_s: 240 }).candidates;
    expect([candidate!.prune?.pruner, second?.prune?.pruner]).toEqual(["expansion", "knapsack"]);
    expect(second!.training.epochs).toBeGreaterThanOrEqual(candidate!.training.epochs - 1);
    expect(propose({ ...later, clock_left_s: 20 }).candidates).toEqual([]);
  });
});

describe("where the time is too short for any epoch", () => {
  it("the teacher itself is quantized, if size and latency let it be", () => {
    const slow = profileOf(4000, 100);
    const rungOf = (budget: ProposeInput["plan"]["budget"]) => firstRung(planOf({ ...budget, time_s: 700 }), slow);
    expect(rungOf({}).candidates).toMatchObject([{ input_size: 224, prune: null, training: { epochs: 0 } }]);
    expect(rungOf({ size_bytes: 1_000_000 }).candidates).toEqual([]);
  });
});

describe("the time of a rung after the first", () => {
  const profile = profileOf(4, 1);
  const epochsOf = (plan: ProposeInput["plan"], promises: readonly PromiseResult[], clock_left_s: number) => {
    const [first] = firstRung(plan, profile).candidates;
    const points = [pointOf(first!, promises, 5)];
    const input = { plan, profile, teacher: TEACHER, tried: [first!], points, rung: 2, clock_left_s };
    return propose(input).candidates[0]?.training.epochs ?? 0;
  };

  it("is what the clock says where no file keeps every promise, whatever earlier steps were expected to take", () => {
    const plan = planOf({ latency_ms_p95: 4, time_s: 240 });
    const failed = [result("latency-p95", "failed", 4)];
    expect(epochsOf(plan, failed, 100)).toBeGreaterThan(epochsOf(plan, failed, 80));
    expect(epochsOf(plan, failed, 80)).toBeGreaterThan(0);
    expect(epochsOf(plan, failed, 10)).toBe(0);
  });

  it("is what the estimates leave where a file is there, so that two runs of a job end alike", () => {
    const plan = planOf({ latency_ms_p95: 6, time_s: 240 });
    const passed = [result("latency-p95", "passed", 6)];
    expect(epochsOf(plan, passed, 200)).toBe(epochsOf(plan, passed, 180));
  });
});

describe("a later rung", () => {
  it("prunes more where the file was too large", () => {
    const { first, second } = secondRung({ size_bytes: 2_300_000 }, [result("size", "failed", 2_300_000)]);
    expect(width(second.candidates[0])).toBeLessThan(width(first));
    expect(second.candidates[0]!.input_size).toBe(first.input_size);
  });

  it("takes a smaller input where it was too slow", () => {
    const broken = [result("latency-p95", "failed", 4)];
    const { first, second } = secondRung({ latency_ms_p95: 4 }, broken, 5);
    expect(second.candidates[0]!.input_size).toBeLessThan(first.input_size);
  });

  it("prunes at the smallest input where even that would be too slow", () => {
    const { second } = secondRung({ latency_ms_p95: 4 }, [result("latency-p95", "failed", 4)], 40);
    expect(second.candidates[0]).toMatchObject({ input_size: 112 });
    expect(second.candidates[0]!.prune!.macs_ratio).toBeLessThan(0.5);
  });

  it("takes the teacher itself, untrained, where accuracy was broken and size and latency let it be", () => {
    const { second } = secondRung({ accuracy_drop_points: 1 }, [result("accuracy-drop", "failed", 1)]);
    expect(second.candidates).toMatchObject([{ input_size: 224, prune: null, training: { epochs: 0 } }]);
    expect(second.why).toContain("the teacher itself");
  });

  it("takes a larger input where accuracy was broken and the teacher itself is too slow, unless latency forbids that too", () => {
    const broken = [result("accuracy-drop", "failed", 1)];
    const free = secondRung({ accuracy_drop_points: 1, latency_ms_p95: 8 }, broken, 5);
    expect(free.second.candidates[0]).toMatchObject({ input_size: 192, training: { epochs: expect.any(Number) } });
    expect(free.second.candidates[0]!.training.epochs).toBeGreaterThanOrEqual(6);
    const bound = secondRung({ accuracy_drop_points: 1, latency_ms_p95: 5.1 }, broken, 5);
    expect(bound.second).toMatchObject({ candidates: [], why: "no untried input size or width could help" });
  });

  it("seeks speed at a smaller input where every promise is kept", () => {
    const { first, second } = secondRung({}, []);
    expect(second.candidates[0]!.input_size).toBeLessThan(first.input_size);
    expect(second.candidates[0]!.id).toMatch(/-rung2$/);
  });

  it("never tries a shape twice and ends after the last rung", () => {
    fc.assert(
      fc.property(plans, profiles, fc.constantFrom("passed", "failed"), (plan, profile, verdict) => {
        const tried: Candidate[] = [];
        const points: DecidedPoint[] = [];
        for (let rung = 1; rung <= SEARCH.rungs_max + 1; rung += 1) {
          const { candidates } = propose({ plan, profile, teacher: TEACHER, tried, points, rung, clock_left_s: null });
          for (const candidate of candidates) {
            expect([...tried.map(({ id }) => id), ...points.map((p) => p.candidate_id)]).not.toContain(candidate.id);
            tried.push(candidate);
            points.push(pointOf(candidate, [result("latency-p95", verdict as "passed", 3)]));
          }
        }
        const fresh = tried.filter(({ continues }) => continues === undefined);
        const shapes = fresh.map(({ input_size, prune }) => JSON.stringify([input_size, prune]));
        expect(new Set(shapes).size).toBe(shapes.length);
        expect(Math.max(0, ...tried.map(({ rung }) => rung))).toBeLessThanOrEqual(SEARCH.rungs_max);
      }),
    );
  });
});
