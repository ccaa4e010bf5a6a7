// How long each kind of state may take, in seconds. Limits against hanging, not plans: a run's own deadline is far below.

/** Decisions over small JSON; a Lambda function may take 900 s at most. */
export const TIMEOUT_DECIDE_SECONDS = 900;
/** Work whose length grows with the data: decoding, calibration, measuring. 6 hours. */
export const TIMEOUT_DATA_SECONDS = 6 * 3600;
/** A whole run, in the cloud: several trainings, each of which may wait a day for a machine. 14 days. */
export const TIMEOUT_RUN_SECONDS = 14 * 24 * 3600;
/** Training. 2 days. */
export const TIMEOUT_TRAIN_SECONDS = 48 * 3600;
