// The clocks that runs are timed by.
import { performance } from "node:perf_hooks";

/** A clock in ms: "wall" is what a user waits, "cpu" what this process has used, in itself and in the system for it. */
export function clockOf(name: "cpu" | "wall"): () => number {
  if (name === "wall") return () => performance.now();
  return () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  };
}
