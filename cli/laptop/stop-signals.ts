// Ctrl-C and its relatives become one AbortSignal. A second Ctrl-C ends the process at once.

export interface StopSignals {
  readonly signal: AbortSignal;
  dispose(): void;
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** A terminal sends Ctrl-C to every process of its group, and a wrapper hands it on: both within this time are one. */
const SAME_MS = 1000;
const STOPPED_EXIT_CODE = 4;

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
  return {
    signal: controller.signal,
    dispose: () => {
      for (const name of SIGNALS) process.off(name, handle);
    },
  };
}
