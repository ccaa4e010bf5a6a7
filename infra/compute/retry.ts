// Which ends of an attempt are worth another one: a lost machine and a failed pull. Anything else, an error of the task
// above all, would fail again and cost again. Batch takes at most five rules; the first that matches counts.
import { Action, Reason, RetryStrategy } from "aws-cdk-lib/aws-batch";

/** The attempt after a reclaimed machine goes on from its checkpoint, so several cost little. */
export const ATTEMPTS = 5;

const retry = (on: Reason) => RetryStrategy.of(Action.RETRY, on);
const EVERYTHING_ELSE = RetryStrategy.of(Action.EXIT, Reason.custom({ onReason: "*" }));

/** A task that was told that its machine is taken back saved a checkpoint: gpu-tasks/decant_tasks/protocol/exit_codes.py. */
const INTERRUPTED = retry(Reason.custom({ onExitCode: "143" }));
/** The other node of the same training is gone. */
const LOST_COMPANY = retry(Reason.custom({ onExitCode: "75" }));
const RECLAIMED = retry(Reason.SPOT_INSTANCE_RECLAIMED);
const NOT_PULLED = retry(Reason.CANNOT_PULL_CONTAINER);

export const RETRIES = {
  gpu: [RECLAIMED, INTERRUPTED, NOT_PULLED, retry(Reason.custom({ onReason: "DockerTimeoutError*" })), EVERYTHING_ELSE],
  fargate: [
    retry(Reason.custom({ onStatusReason: "Your Spot Task was interrupted*" })),
    INTERRUPTED,
    NOT_PULLED,
    EVERYTHING_ELSE,
  ],
  nodes: [RECLAIMED, INTERRUPTED, LOST_COMPANY, NOT_PULLED, EVERYTHING_ELSE],
} as const satisfies Record<string, readonly RetryStrategy[]>;
