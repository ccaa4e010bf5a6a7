// Problems gathered while a model is read, at most a screenful.
import type { Problem } from "../errors/problem.ts";
import { PROBLEMS_MAX } from "./wire/limits.ts";

export interface Findings {
  readonly problems: Problem[];
}

export function report(findings: Findings, where: string, message: string): void {
  if (findings.problems.length < PROBLEMS_MAX) findings.problems.push({ message, where });
}
