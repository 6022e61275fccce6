/** The steps of a trace follow each other, and what is behind the one that stops is not looked at. */
import { expect, test } from "vitest";
import { bareDesktop } from "../../../test/support/doctor-desktop.ts";
import { runChecks } from "../run.ts";
import { traceSteps } from "./trace.ts";

const name = "foo.dtk.io";

test("each step needs the one before", () => {
  const steps = traceSteps(name);
  expect(steps.map(({ needs }) => needs)).toEqual([[], ...steps.slice(0, -1).map(({ id }) => [id])]);
});

test("a step that stops is the last one that is looked at", async () => {
  const outcomes = await runChecks(
    traceSteps(name),
    bareDesktop({
      status: async () => undefined,
      ask: async () => undefined,
      run: async () => ({ ok: false, output: "", complaint: "", isMissing: true }),
    }),
  );
  expect(outcomes.map(({ id, grade }) => `${id} ${grade}`)).toEqual([
    "name-asked-for warning",
    "server-answers problem",
    "name-managed skipped",
    "name-answered skipped",
    "name-seen skipped",
    "name-sent skipped",
    "name-shown skipped",
    "name-in-file skipped",
    "nsswitch skipped",
    "name-resolved skipped",
    "name-reached skipped",
  ]);
});
