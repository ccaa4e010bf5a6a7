// Which ends of an attempt are worth another one: a lost spot machine and a failed pull. Anything else, an error of the
// task above all, would fail again and cost again. Batch takes at most five rules; the first that matches counts.
import { Action, Reason, RetryStrategy } from "aws-cdk-lib/aws-batch";

/** The attempt after a reclaimed machine goes on from its checkpoint, so several cost little. */
export const ATTEMPTS = 5;

export const RETRY_STRATEGIES: readonly RetryStrategy[] = [
  RetryStrategy.of(Action.RETRY, Reason.SPOT_INSTANCE_RECLAIMED),
  RetryStrategy.of(Action.RETRY, Reason.custom({ onStatusReason: "Your Spot Task was interrupted*" })),
  RetryStrategy.of(Action.RETRY, Reason.CANNOT_PULL_CONTAINER),
  RetryStrategy.of(Action.RETRY, Reason.custom({ onReason: "DockerTimeoutError*" })),
  RetryStrategy.of(Action.EXIT, Reason.custom({ onReason: "*" })),
];
