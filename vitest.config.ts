// Unit and contract tests run in parallel; what trains for minutes sets its own longer timeouts.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: process.env.DECANT_LONG_TESTS ? ["**/node_modules/**"] : ["test/long/**", "**/node_modules/**"],
    globalSetup: ["test/temporary-root.ts"],
    // A timeout ends what hangs, and must not judge how fast a machine is: on a busy one, retries behind stalls took ten times as long.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    pool: "forks",
  },
});
