// The Lambda functions of the workflow's states, read off the document: a state that is added there needs nothing here
// unless it is larger than the rest.
import { allStates, WORKFLOW } from "../../core/workflow/document.ts";
import { substitutionNames } from "../../core/workflow/substitutions.ts";
import { TARGET_FUNCTIONS } from "../../core/workflow/target-function.ts";

export type Architecture = "arm64" | "x64";

export interface FunctionSpec {
  /** As in the substitution `<name>FunctionArn`. */
  readonly name: string;
  /** The handler that it runs; functions for different targets run the same. */
  readonly handler: string;
  readonly architecture: Architecture;
  readonly memory_mb: number;
  /** Of the function's own disk. */
  readonly storage_mb: number;
  /** Whether it loads models into its memory. */
  readonly runs_models?: boolean;
}

/** 1,769 MB is one vCPU: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const ONE_VCPU_MB = 1769;
const STORAGE_LEAST_MB = 512;
const STORAGE_MOST_MB = 10_240;
const SMALL = { memory_mb: 1024, storage_mb: STORAGE_LEAST_MB };

/** Larger than the rest: what fetches data sets (as much disk as there is) or models beside packed arrays. */
const SIZES: Readonly<Record<string, Pick<FunctionSpec, "memory_mb" | "storage_mb">>> = {
  Certify: { memory_mb: ONE_VCPU_MB, storage_mb: STORAGE_MOST_MB },
  Measure: { memory_mb: ONE_VCPU_MB, storage_mb: STORAGE_MOST_MB },
  Plan: { memory_mb: 1024, storage_mb: STORAGE_MOST_MB },
  PrepareData: { memory_mb: 2 * ONE_VCPU_MB, storage_mb: STORAGE_MOST_MB },
  PrepareShard: { memory_mb: 2 * ONE_VCPU_MB, storage_mb: STORAGE_MOST_MB },
  Quantize: { memory_mb: ONE_VCPU_MB, storage_mb: STORAGE_MOST_MB },
  Report: { memory_mb: 1024, storage_mb: STORAGE_MOST_MB },
  TimeLayers: { memory_mb: ONE_VCPU_MB, storage_mb: STORAGE_MOST_MB },
};

const SUFFIX = /^(.+)FunctionArn$/;

/** One for each function that the document names, in the order of their names. */
export function stateFunctions(): readonly FunctionSpec[] {
  return substitutionNames(WORKFLOW).flatMap((substitution) => {
    const name = SUFFIX.exec(substitution)?.[1];
    return name === undefined ? [] : [specOf(name)];
  });
}

function specOf(name: string): FunctionSpec {
  const states = allStates(WORKFLOW);
  const target = TARGET_FUNCTIONS.find(
    ({ suffix }) => name.endsWith(suffix) && name.slice(0, -suffix.length) in states,
  );
  const handler = target === undefined ? name : name.slice(0, -target.suffix.length);
  const runs_models = target !== undefined; // a target is where models run
  return { name, handler, architecture: target?.architecture ?? "arm64", runs_models, ...(SIZES[handler] ?? SMALL) };
}
