// The names that people give to splits.
import type { Split } from "../workflow/records/plan.ts";

const SPLIT_NAMES: Readonly<Record<string, Split>> = {
  train: "train",
  training: "train",
  val: "validation",
  valid: "validation",
  validation: "validation",
  test: "test",
};

export const SPLIT_WORDS = "train, val, valid, validation or test";

export function splitOfName(name: string): Split | undefined {
  const key = name.toLowerCase();
  return Object.hasOwn(SPLIT_NAMES, key) ? SPLIT_NAMES[key] : undefined;
}
