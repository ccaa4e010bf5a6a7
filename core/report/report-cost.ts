// Time and money of the run: seconds by step and device, expected and actual, what they cost, and how much of the run was
// neither preparing, training, quantizing nor measuring.
import { transitionsOf } from "../budget/predict.ts";
import { describeBasis, pricesIn, SPOT_DISCOUNT } from "../budget/prices.ts";
import { costOfRun } from "../budget/run-cost.ts";
import { type RunStepUsage, workingSeconds } from "../budget/usage.ts";
import { estimateRun } from "../planner/estimate.ts";
import type { RejectedCandidate } from "../workflow/records/measurement.ts";
import { STEP_VERSIONS } from "../workflow/steps.ts";
import type { ReportInputs } from "./report-inputs.ts";
import type { ReportedCost, ReportedStepCost } from "./report-model.ts";

/** Steps that the run is made for; the others decide, and count as orchestration. */
const WORK: readonly string[] = [
  "prepare-data",
  "prepare-shard",
  "profile",
  "fine-tune",
  "compress",
  "quantize",
  "measure",
  "certify",
  "time-layers",
];

export function reportCost(inputs: ReportInputs): ReportedCost {
  const { usage, region, elapsed_s, decision } = inputs;
  const own = usage.filter(({ kept }) => !kept);
  const working_s = workingSeconds(own.filter(({ step }) => WORK.includes(step)));
  const basis = region === null ? null : pricesIn(region);
  const cost =
    basis &&
    costOfRun({
      steps: own,
      basis,
      spot_discount: SPOT_DISCOUNT,
      transitions: transitionsOf(decision.rungs, usage.filter(({ step }) => step === "measure").length),
    });
  const priced = cost?.steps ?? own.map((step) => ({ ...step, usd: null, usd_on_spot: null }));
  return {
    steps: byStep(usage, priced, expectedSeconds(inputs)),
    elapsed_s,
    working_s,
    overhead_ratio: decision.rejected.every(isCounted) ? overhead(elapsed_s, working_s) : null,
    orchestration_usd: cost?.orchestration_usd ?? null,
    usd: cost?.usd ?? null,
    usd_on_spot: cost?.usd_on_spot ?? null,
    spot_discount: SPOT_DISCOUNT,
    prices: basis && describeBasis(basis),
  };
}

/** Whether what a candidate took that gave no point was noted: from its training on. */
function isCounted({ compress }: RejectedCandidate): boolean {
  return compress !== undefined;
}

/** Of the run's time; null where that is not known, or where steps were found finished and nothing was left to do. */
function overhead(elapsed_s: number | null, working_s: number): number | null {
  if (elapsed_s === null || elapsed_s <= 0 || working_s <= 0) return null;
  return Math.max(0, 1 - working_s / elapsed_s);
}

/** By the planner's estimate of a run with one rung; none without a profile that was measured. */
function expectedSeconds({ plan, profile }: ReportInputs): Readonly<Record<string, number>> {
  return profile && profile.speeds.length > 0 ? estimateRun(plan, profile).seconds_by_step : {};
}

/** As a run goes through them. */
const ORDER: readonly string[] = Object.keys(STEP_VERSIONS);

type Priced = RunStepUsage & { readonly usd: number | null; readonly usd_on_spot: number | null };

function byStep(
  usage: readonly RunStepUsage[],
  priced: readonly Pick<Priced, "step" | "device" | "seconds" | "usd" | "usd_on_spot">[],
  expected: Readonly<Record<string, number>>,
): ReportedStepCost[] {
  const groups = [...new Set(usage.map(({ step, device }) => `${step} ${device}`))]
    .map((group) => {
      const [step = "", device = ""] = group.split(" ");
      return { step, device };
    })
    .sort((a, b) => ORDER.indexOf(a.step) - ORDER.indexOf(b.step));
  return groups.map((group) => {
    const done = priced.filter(isOf(group));
    return {
      ...group,
      count: done.length,
      kept: usage.filter(isOf(group)).filter(({ kept }) => kept).length,
      seconds: done.reduce((sum, { seconds }) => sum + seconds, 0),
      expected_s: expected[group.step] ?? null,
      usd: total(done.map(({ usd }) => usd)),
      usd_on_spot: total(done.map(({ usd_on_spot }) => usd_on_spot)),
    };
  });
}

type Group = Pick<RunStepUsage, "step" | "device">;

function isOf(group: Group): (entry: Group) => boolean {
  return ({ step, device }) => step === group.step && device === group.device;
}

function total(amounts: readonly (number | null)[]): number | null {
  return amounts.reduce<number | null>((sum, usd) => (sum === null || usd === null ? null : sum + usd), 0);
}
