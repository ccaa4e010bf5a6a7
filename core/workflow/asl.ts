// The part of the Amazon States Language (JSONPath) that the workflow uses: https://states-language.net/spec.html

export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds: number;
  readonly MaxAttempts: number;
  readonly BackoffRate: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: "FULL" | "NONE";
}

export interface Catcher {
  readonly ErrorEquals: readonly string[];
  readonly ResultPath: string;
  readonly Next: string;
}

export interface TaskState {
  readonly Type: "Task";
  readonly Comment: string;
  readonly Resource: string;
  readonly Parameters: Readonly<Record<string, unknown>>;
  readonly ResultSelector?: Readonly<Record<string, string>>;
  /** null: the result is dropped and the input goes on. */
  readonly ResultPath: string | null;
  readonly TimeoutSeconds: number;
  readonly Retry: readonly Retrier[];
  readonly Catch: readonly Catcher[];
  readonly Next: string;
}

export interface Test {
  readonly Variable: string;
  readonly StringEquals?: string;
  readonly BooleanEquals?: boolean;
  readonly NumericGreaterThan?: number;
  readonly IsPresent?: boolean;
}

export type Choice = (Test | { readonly And: readonly Test[] }) & { readonly Next: string };

export interface ChoiceState {
  readonly Type: "Choice";
  readonly Comment: string;
  readonly Choices: readonly Choice[];
  readonly Default: string;
}

export type PassState = {
  readonly Type: "Pass";
  readonly Comment: string;
  readonly Parameters: Readonly<Record<string, unknown>>;
} & ({ readonly End: true } | { readonly ResultPath: string; readonly Next: string });

export interface WaitState {
  readonly Type: "Wait";
  readonly Comment: string;
  readonly Seconds: number;
  readonly Next: string;
}

export interface MapState {
  readonly Type: "Map";
  readonly Comment: string;
  readonly ItemsPath: string;
  readonly ItemSelector: Readonly<Record<string, string | null>>;
  readonly MaxConcurrency?: number;
  readonly MaxConcurrencyPath?: string;
  readonly ItemProcessor: StateMachineDocument & { readonly ProcessorConfig: ProcessorConfig };
  /** null: the results are dropped and the input goes on. */
  readonly ResultPath: string | null;
  readonly Catch: readonly Catcher[];
  readonly Next: string;
}

/** Distributed: each item is an execution of its own, with a history of its own. */
export type ProcessorConfig =
  | { readonly Mode: "INLINE" }
  | { readonly Mode: "DISTRIBUTED"; readonly ExecutionType: "STANDARD" };

export interface SucceedState {
  readonly Type: "Succeed";
  readonly Comment: string;
}

export interface FailState {
  readonly Type: "Fail";
  readonly Comment: string;
  readonly Error?: string;
  readonly Cause?: string;
  readonly ErrorPath?: string;
  readonly CausePath?: string;
}

export type State = TaskState | ChoiceState | PassState | MapState | SucceedState | FailState | WaitState;
export type States = Readonly<Record<string, State>>;

export interface StateMachineDocument {
  readonly Comment?: string;
  readonly StartAt: string;
  readonly States: States;
}
