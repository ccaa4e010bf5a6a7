// The text of a job file -> the resolved job, or every problem with line, column and JSON pointer.
import type { Problem } from "../errors/problem.ts";
import { type JobFault, jobFaults } from "./check-job.ts";
import { placeText, readYaml } from "./read-yaml.ts";
import { resolveJob } from "./resolve-job.ts";
import type { ResolvedJob } from "./resolved-job.ts";

export type ParsedJob = { readonly job: ResolvedJob } | { readonly problems: readonly Problem[] };

/** @param file the name that problems are reported under */
export function parseJob(text: string, file: string): ParsedJob {
  const read = readYaml(text, file);
  if ("problems" in read) return read;
  const { value, placeOf } = read.text;
  const report = (faults: readonly JobFault[]): ParsedJob => ({
    problems: faults
      .map((fault) => ({ ...fault, place: placeOf(fault.pointer, fault.of) }))
      .sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column)
      .map(({ message, pointer, place }) => ({ message, where: `${placeText(file, place)} (${pointer || "/"})` })),
  });
  const faults = jobFaults(value);
  if (faults.length > 0) return report(faults);
  const resolved = resolveJob(value);
  return resolved.faults.length > 0 ? report(resolved.faults) : { job: resolved.job };
}
