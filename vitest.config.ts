// Unit and contract tests run in parallel; tests that spawn the CLI set their own longer timeouts.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: process.env.DECANT_LONG_TESTS ? ["**/node_modules/**"] : ["test/long/**", "**/node_modules/**"],
    testTimeout: 20_000,
    maxWorkers: 2,
    pool: "forks",
  },
});
