// The names of the steps and their versions: raise a version when the code changes what a step writes.

export const STEP_VERSIONS = {
  plan: 1,
  "prepare-data": 2,
  "prepare-shard": 1,
  profile: 3,
  "fine-tune": 3,
  propose: 8,
  compress: 7,
  quantize: 5,
  measure: 2,
  decide: 2,
  certify: 2,
  report: 5,
  "time-layers": 2,
  "time-precisions": 1,
} as const;

export type StepName = keyof typeof STEP_VERSIONS;
