// The machine as a result records it: without its hundred CPU flags, but with the one fact of them that int8 depends on.
// Virtual machines hide the generation ("AMD EPYC"), and one generation is not like another in int8.
import { int8Speed } from "../cli/doctor/int8-speed.ts";
import type { MachineFacts } from "../core/workflow/records/measurement.ts";

export function recordedMachine({ cpu_flags, ...facts }: MachineFacts): Omit<MachineFacts, "cpu_flags"> {
  const saturating = int8Speed(cpu_flags).level === "saturating";
  return { ...facts, cpu_model: saturating ? `${facts.cpu_model} without VNNI` : facts.cpu_model };
}
