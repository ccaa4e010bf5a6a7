// Seconds by step and device -> money by step and of a run. Pure: the same figures cost the same.
import { priceOf } from "./billed-device.ts";
import type { PriceBasis } from "./prices.ts";

export interface StepSeconds {
  readonly step: string;
  /** As core/budget/billed-device.ts writes it. */
  readonly device: string;
  readonly seconds: number;
}

export interface StepCost extends StepSeconds {
  /** At list prices, on demand: the most that the step costs. null: a device without a price. */
  readonly usd: number | null;
  /** Where every machine is a spot machine at the given discount. */
  readonly usd_on_spot: number | null;
}

export interface RunCost {
  readonly steps: readonly StepCost[];
  /** Transitions of the workflow and calls of its functions. */
  readonly orchestration_usd: number;
  /** The sum; null where a device has no price. */
  readonly usd: number | null;
  readonly usd_on_spot: number | null;
}

export interface CostInput {
  readonly steps: readonly StepSeconds[];
  readonly basis: PriceBasis;
  /** 0..1 */
  readonly spot_discount: number;
  /** States that the workflow goes through; 0 where no service is paid for it. */
  readonly transitions: number;
}

export function costOfRun({ steps, basis, spot_discount, transitions }: CostInput): RunCost {
  if (!(spot_discount >= 0 && spot_discount <= 1)) {
    throw new RangeError(`Expected a spot discount from 0 to 1, got ${spot_discount}`);
  }
  const priced = steps.map((step) => costOfStep(step, basis, spot_discount));
  const { prices, factor } = basis;
  const orchestration_usd = transitions * (prices.state_transition + prices.lambda.request) * factor;
  return {
    steps: priced,
    orchestration_usd,
    usd: sum(
      priced.map(({ usd }) => usd),
      orchestration_usd,
    ),
    usd_on_spot: sum(
      priced.map(({ usd_on_spot }) => usd_on_spot),
      orchestration_usd,
    ),
  };
}

function costOfStep(step: StepSeconds, basis: PriceBasis, spot_discount: number): StepCost {
  if (!(step.seconds >= 0))
    throw new RangeError(`Expected seconds of at least 0 for ${step.step}, got ${step.seconds}`);
  const price = priceOf(step.device, basis);
  if (price === undefined) return { ...step, usd: null, usd_on_spot: null };
  const usd = step.seconds * price.usd_per_second;
  return { ...step, usd, usd_on_spot: usd - step.seconds * price.spot_usd_per_second * spot_discount };
}

function sum(amounts: readonly (number | null)[], first: number): number | null {
  return amounts.reduce<number | null>((total, usd) => (total === null || usd === null ? null : total + usd), first);
}
