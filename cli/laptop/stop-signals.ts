// Ctrl-C and its relatives become one AbortSignal, and so does the death of the launcher (bin/decant.mjs) that hands
// signals on. A second Ctrl-C ends the process at once.

export interface StopSignals {
  readonly signal: AbortSignal;
  dispose(): void;
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** A terminal sends Ctrl-C to every process of its group, and a wrapper hands it on: both within this time are one. */
const SAME_MS = 1000;
const STOPPED_EXIT_CODE = 4;
const LAUNCHER_EVERY_MS = 1000;

export function stopOnSignals(onStop: () => void): StopSignals {
  const controller = new AbortController();
  let first_ms = 0;
  const handle = () => {
    if (!controller.signal.aborted) {
      first_ms = Date.now();
      controller.abort();
      onStop();
    } else if (Date.now() - first_ms > SAME_MS) process.exit(STOPPED_EXIT_CODE);
  };
  for (const name of SIGNALS) process.on(name, handle);
  const launcher = Number(process.env.DECANT_LAUNCHER_PID);
  const watch = setInterval(() => {
    // An orphan gets another parent, even while its dead one has not been reaped.
    if (launcher > 0 && process.ppid !== launcher && !controller.signal.aborted) handle();
  }, LAUNCHER_EVERY_MS);
  watch.unref();
  return {
    signal: controller.signal,
    dispose: () => {
      clearInterval(watch);
      for (const name of SIGNALS) process.off(name, handle);
    },
  };
}
