// What `cdk deploy -c NAME=VALUE` may choose, read once from the context and checked.
import type { Node } from "constructs";

export interface Settings {
  /** Days that step outputs are kept; runs and artifacts are kept for ever. */
  readonly step_days: number;
  /** Days that access logs and function logs are kept. */
  readonly log_days: number;
  /** Whether `cdk destroy` deletes the artifact bucket with everything in it. */
  readonly destroy_artifacts: boolean;
}

/** Throws a TypeError that names every value that is not understood. */
export function readSettings(node: Node): Settings {
  const problems: string[] = [];
  const context = (name: string): unknown => node.tryGetContext(name);
  const days = (name: string, otherwise: number): number => {
    const value = Number(context(name) ?? otherwise);
    if (Number.isInteger(value) && value >= 1) return value;
    problems.push(`Expected context ${name} to be a whole number of days, at least 1, got "${context(name)}".`);
    return otherwise;
  };
  const flag = (name: string): boolean => {
    const value = String(context(name) ?? "false");
    if (value !== "true" && value !== "false") {
      problems.push(`Expected context ${name} to be true or false, got "${value}".`);
    }
    return value === "true";
  };
  const settings: Settings = {
    step_days: days("stepDays", 30),
    log_days: days("logDays", 90),
    destroy_artifacts: flag("destroyArtifacts"),
  };
  if (problems.length > 0) throw new TypeError(problems.join("\n"));
  return settings;
}
