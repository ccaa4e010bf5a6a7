// A pointer that the workflow document must have put into a payload before this state, without a task's local paths.
import { DecantError } from "../core/errors/problem.ts";
import type { StepPointer } from "../core/store/store.ts";

export function required(pointer: StepPointer | null | undefined, name: string, state: string): StepPointer {
  if (pointer) return { step: pointer.step, key: pointer.key };
  throw new DecantError("Defect", `Expected the payload of ${state} to hold a pointer to ${name}, got none.`);
}
