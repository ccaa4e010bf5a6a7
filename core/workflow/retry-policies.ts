// Named retry policies. They repeat only what the service itself broke: an error that our code names (core/errors) is
// told at once, since the same step would fail again, and the same run goes on from what is kept anyway.
import type { Retrier } from "./asl.ts";

/** Waits 2 + 4 + 8 + 16 + 32 + 60 s = 122 s at most in all (jitter makes it less). */
export const RETRY_LAMBDA_SERVICE: Retrier = {
  ErrorEquals: [
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
  ],
  IntervalSeconds: 2,
  MaxAttempts: 6,
  BackoffRate: 2,
  MaxDelaySeconds: 60,
  JitterStrategy: "FULL",
};

/**
 * Waits 10 + 30 + 90 s = 130 s at most in all, for submitting a job or asking after it. A lost spot machine is retried by Batch itself, by
 * the job definition's strategy, and the task goes on from its checkpoint.
 */
export const RETRY_BATCH_SERVICE: Retrier = {
  ErrorEquals: ["Batch.AWSBatchException", "Batch.BatchException", "Batch.ServerException", "Batch.SdkClientException"],
  IntervalSeconds: 10,
  MaxAttempts: 3,
  BackoffRate: 3,
  MaxDelaySeconds: 90,
  JitterStrategy: "FULL",
};
