// The names of the steps and their versions: raise a version when the code changes what a step writes.

export const STEP_VERSIONS = {
  plan: 2,
  "prepare-data": 2,
  "prepare-shard": 1,
  profile: 4,
  "fine-tune": 4,
  propose: 12,
  compress: 8,
  quantize: 5,
  measure: 4,
  decide: 4,
  certify: 3,
  report: 6,
  "time-layers": 5,
  "time-precisions": 1,
} as const;

export type StepName = keyof typeof STEP_VERSIONS;
