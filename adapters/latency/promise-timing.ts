// How long a file is timed where a promise hangs on it, the same in Measure, Certify and verify, and where slow runs are foreseen.
import type { LatencyRequest } from "./measuring-request.ts";

/** 7 blocks of files that take half a millisecond are over in a second, on their own in a tenth of one: a single slow moment of the
 * machine, as virtual ones have, would be a third of the runs and all of the 95th percentile. Seen: 0.67 ms in place of 0.51. */
export const PROMISE_TIMING = {
  blocks: 7,
  runs_per_block: 20,
  longer: { seconds: 4, blocks_max: 100 },
} as const satisfies Partial<LatencyRequest>;
