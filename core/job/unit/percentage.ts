// Percentage points. A bare 0.01 might mean one percent or a hundredth of one: the sign is required.
import { parseAmount } from "./amount.ts";

/** 0..100, or undefined where the text is no percentage in that range. */
export function parsePercentagePoints(text: string): number | undefined {
  const points = parseAmount(text, { "%": 1 });
  return points !== undefined && points <= 100 ? points : undefined;
}
