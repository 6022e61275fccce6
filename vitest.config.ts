/** Tells the test runner which files are tests, so that end-to-end tests (root, Go) stay out of `npm test`. */
import { join } from "node:path";
import { defineConfig } from "vitest/config";

/** Milliseconds that only what hangs takes, however busy the machine is. */
const patience = 600_000;

/** Limits that no test comes near. What is polled for is given up sooner, so that the failure names it. */
const limits = { testTimeout: patience, hookTimeout: patience, expect: { poll: { timeout: patience / 2 } } };

/**
 * Tests that need much memory, or start many processes: each file has a process of its own, since one that has grown
 * large starts others slowly. All other files share processes: loading the source for each would take longer than the
 * tests.
 */
const apart = [
  "test/*.test.ts",
  "src/{http,sinks/hosts-file,sinks/hosts-file/writer}/*.test.ts",
  "src/**/*limits.test.ts",
  "src/sources/webhook/routes.test.ts",
];

/** End-to-end tests that build the program anew, which takes it away from others for a moment. */
const building = ["test/e2e/packages.test.ts"];

/**
 * Where Node keeps what it compiled for the programs in TypeScript that tests start (nodejs.org, module compile cache).
 * Without it each start strips the types of its sources anew, which is more than half of what it costs.
 */
const env = { NODE_COMPILE_CACHE: join(import.meta.dirname, "node_modules", ".cache", "tests") };

const globalSetup = ["test/support/nothing-left.ts"];
const setupFiles = ["test/support/untouched-hosts-file.ts"];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: apart,
          env,
          globalSetup,
          setupFiles,
          ...limits,
        },
      },
      {
        test: {
          name: "unit-light",
          include: ["src/**/*.test.ts"],
          exclude: apart,
          env,
          globalSetup,
          isolate: false,
          setupFiles,
          ...limits,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          exclude: building,
          globalSetup: [...globalSetup, "test/cluster/global-setup.ts"],
          setupFiles,
          ...limits,
          // They wait for clusters, clocks and disks most of the time.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "e2e-alone",
          include: building,
          globalSetup,
          setupFiles,
          ...limits,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
