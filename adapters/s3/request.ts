// One request to S3, repeated with growing random pauses while it fails in a way that passes.
import { setTimeout as wait } from "node:timers/promises";
import { isPassing, type S3Action, s3Error } from "./s3-error.ts";

export interface RetryPolicy {
  readonly tries: number;
  readonly first_pause_ms_max: number;
  readonly pause_ms_max: number;
}

/**
 * Each try is up to three requests of the SDK. Pauses are drawn between 0 and 200, 400, 800, 1600, 3200 ms: 6.2 s at most,
 * 3.1 s on average ("full jitter", Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog 2015).
 */
export const RETRY_POLICY: RetryPolicy = { tries: 6, first_pause_ms_max: 200, pause_ms_max: 5000 };

/** Answers what `work` answers. Throws StoreFailed at once on what no repetition mends, and after the last try. */
export async function request<T>(
  action: S3Action,
  work: () => Promise<T>,
  { signal, policy = RETRY_POLICY }: { readonly signal?: AbortSignal | undefined; readonly policy?: RetryPolicy } = {},
): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await work();
    } catch (error) {
      signal?.throwIfAborted();
      if (tried >= policy.tries || !isPassing(error)) throw s3Error(error, action);
    }
    await pause(tried, policy, signal);
  }
}

/** After so many tries. */
export async function pause(tried: number, policy: RetryPolicy, signal?: AbortSignal): Promise<void> {
  const longest = Math.min(policy.pause_ms_max, policy.first_pause_ms_max * 2 ** (tried - 1));
  await wait(Math.random() * longest, undefined, signal && { signal });
}
