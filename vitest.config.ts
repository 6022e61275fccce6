/** Tells the test runner which files are tests, so that end-to-end tests (root, Go) stay out of `npm test`. */
import { defineConfig } from "vitest/config";

/** Milliseconds that only what hangs takes, however busy the machine is. */
const patience = 600_000;

/** Limits that no test comes near. What is polled for is given up sooner, so that the failure names it. */
const limits = { testTimeout: patience, hookTimeout: patience, expect: { poll: { timeout: patience / 2 } } };

/**
 * Folders whose tests need little memory. They share processes: loading the source for each file would take longer than
 * the tests. A process that has grown large starts others slowly, so every other file has one of its own.
 */
const light = ["base", "cli", "client", "contract", "daemon", "doctor", "dtk", "kubernetes", "platform"].map(
  (folder) => `src/${folder}/**/*.test.ts`,
);

const setupFiles = ["test/support/untouched-hosts-file.ts"];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["src/**/*.test.ts", "test/*.test.ts"],
          exclude: light,
          setupFiles,
          ...limits,
        },
      },
      { test: { name: "unit-light", include: light, isolate: false, setupFiles, ...limits } },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          globalSetup: ["test/cluster/global-setup.ts"],
          setupFiles,
          ...limits,
          fileParallelism: false,
        },
      },
    ],
  },
});
