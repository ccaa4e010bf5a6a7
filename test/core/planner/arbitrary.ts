// Random plans and profiles for the planner's property tests.
import fc from "fast-check";
import type { PlanRecord } from "../../../core/workflow/records/plan.ts";
import type { TrainingProfile } from "../../../core/workflow/records/training.ts";
import { madeUpPlan } from "../../fixtures/report-model.ts";

export const INPUT_SIZES = [224, 192, 160, 128, 112];

export function profileOf(train_ms_224: number, forward_ms_224: number): TrainingProfile {
  return {
    device: "cpu",
    machine: "made-up",
    threads: 2,
    versions: {},
    speeds: INPUT_SIZES.map((input_size) => ({
      architecture: "tf_efficientnet_lite0",
      input_size,
      batch_size: 32,
      train_ms_per_sample: train_ms_224 * (input_size / 224) ** 2,
      forward_ms_per_sample: forward_ms_224 * (input_size / 224) ** 2,
    })),
  };
}

export function planOf(budget: PlanRecord["budget"], train = 510, validation = 90): PlanRecord {
  const counts = (total: number) => Array.from({ length: 5 }, () => Math.round(total / 5));
  const plan = madeUpPlan();
  return {
    ...plan,
    input_sizes: INPUT_SIZES,
    counts: { train: counts(train), validation: counts(validation), test: counts(300) },
    budget,
  };
}

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

/** Budgets, some of them out of reach. */
export const budgets: fc.Arbitrary<PlanRecord["budget"]> = fc
  .record({
    size_bytes: optional(fc.integer({ min: 100_000, max: 8_000_000 })),
    latency_ms_p95: optional(fc.double({ min: 0.2, max: 40, noNaN: true })),
    accuracy_drop_points: optional(fc.double({ min: 0, max: 10, noNaN: true })),
    time_s: optional(fc.integer({ min: 30, max: 7200 })),
  })
  .map((made) => JSON.parse(JSON.stringify(made)));

export const plans = fc
  .tuple(budgets, fc.integer({ min: 20, max: 20_000 }), fc.integer({ min: 5, max: 3000 }))
  .map(([budget, train, validation]) => planOf(budget, train, validation));

export const profiles = fc
  .tuple(fc.double({ min: 0.2, max: 200, noNaN: true }), fc.double({ min: 0.1, max: 0.6, noNaN: true }))
  .map(([train_ms, share]) => profileOf(train_ms, train_ms * share));

export const TEACHER = { parameters: 3_377_413, macs: 196e6, input_size: 160 };
