// The numbers that handlers tell a deployment's dashboard and alarms, by name: infra/operations reads what lambdas write.

export const METRIC_NAMESPACE = "Decant";

export const METRICS = {
  /** Runs that an error ended. Infeasible and stopped runs are outcomes, not failures. */
  failed_runs: "FailedRuns",
  kept_runs: "KeptRuns",
  infeasible_runs: "InfeasibleRuns",
  stopped_runs: "StoppedRuns",
  /** Runs that took more time or money than promised. */
  over_budget_runs: "OverBudgetRuns",
  run_seconds: "RunSeconds",
  run_usd: "RunUsd",
  refused_jobs: "JobsRefused",
  /** By job name. */
  champion_top1: "ChampionTop1",
  champion_bytes: "ChampionBytes",
} as const;

/** The dimension that tells champions apart. */
export const JOB_DIMENSION = "Job";

/** Errors under which a run ends as it was asked to. */
export const OUTCOME_ERRORS: readonly string[] = ["Deadline", "Infeasible", "Spend", "Stopped"];
