/** Checks run side by side, wait for what they need, are skipped behind a problem, and cannot hold up or end the whole. */
import { expect, test, vi } from "vitest";
import { bareDesktop } from "../../test/support/doctor-desktop.ts";
import { TroubleError } from "../base/trouble.ts";
import { type Check, type Finding, ok } from "./check.ts";
import { gravest, runChecks } from "./run.ts";

const trouble = { code: "a-code", message: "It is broken.", hint: "Repair it." };
const problem: Finding = { grade: "problem", ...trouble };
const warning: Finding = { grade: "warning", ...trouble };
const note: Finding = { grade: "note", ...trouble };

function check(id: string, given: { needs?: readonly string[]; run: () => Promise<readonly Finding[]> }): Check {
  return { id, title: `Title of ${id}`, needs: [], ...given };
}

function finds(id: string, finding: Finding, ...needs: readonly string[]): Check {
  return check(id, { needs, run: async () => [finding] });
}

test("a check that needs another waits for it, and others do not", async () => {
  const order: string[] = [];
  const gate = Promise.withResolvers<void>();
  const outcomes = await runChecks(
    [
      check("slow", {
        run: async () => {
          await gate.promise;
          order.push("slow");
          return [ok("Fine.")];
        },
      }),
      check("behind", {
        needs: ["slow"],
        run: async () => {
          order.push("behind");
          return [ok("Fine.")];
        },
      }),
      check("free", {
        run: async () => {
          order.push("free");
          gate.resolve();
          return [ok("Fine.")];
        },
      }),
    ],
    bareDesktop(),
  );
  expect(order).toEqual(["free", "slow", "behind"]);
  expect(outcomes.map(({ id, grade }) => [id, grade])).toEqual([
    ["slow", "ok"],
    ["behind", "ok"],
    ["free", "ok"],
  ]);
});

test.each([
  { finding: problem, behind: "skipped" },
  { finding: { ...note, isDeadEnd: true } as const, behind: "skipped" },
  { finding: warning, behind: "ok" },
  { finding: note, behind: "ok" },
  { finding: ok("Fine."), behind: "ok" },
])("behind a $finding.grade (dead end: $finding.isDeadEnd) the next is $behind", async ({ finding, behind }) => {
  const [, second] = await runChecks([finds("first", finding), finds("second", ok("Fine."), "first")], bareDesktop());
  expect(second?.grade).toBe(behind);
});

test("what is skipped says for whose sake, and so is what needs it", async () => {
  const run = vi.fn<() => Promise<readonly Finding[]>>();
  const outcomes = await runChecks(
    [finds("a", problem), check("b", { needs: ["a"], run }), check("c", { needs: ["b"], run })],
    bareDesktop(),
  );
  expect(outcomes.slice(1)).toEqual([
    { id: "b", title: "Title of b", grade: "skipped", because: ["Title of a"] },
    { id: "c", title: "Title of c", grade: "skipped", because: ["Title of a"] },
  ]);
  expect(run).not.toHaveBeenCalled();
});

test("a trouble that is thrown is a problem found", async () => {
  const thrown = new TroubleError(trouble, { exitCode: 3 });
  const [outcome] = await runChecks([check("a", { run: async () => Promise.reject(thrown) })], bareDesktop());
  expect(outcome).toMatchObject({ grade: "problem", findings: [{ grade: "problem", ...trouble }] });
});

test("another error is a warning, and the rest goes on", async () => {
  const outcomes = await runChecks(
    [check("a", { run: async () => Promise.reject(new Error("EACCES: denied.")) }), finds("b", ok("Fine."), "a")],
    bareDesktop(),
  );
  expect(outcomes).toMatchObject([
    {
      grade: "warning",
      findings: [{ code: "doctor-look-failed", message: '"Title of a" could not be checked: EACCES: denied.' }],
    },
    { grade: "ok" },
  ]);
});

test("a check that hangs is ended and reported", async () => {
  const ending = new AbortController();
  const never = check("a", {
    run: async () => {
      ending.abort();
      return new Promise<never>(() => {});
    },
  });
  const [outcome] = await runChecks([never], bareDesktop({ signal: ending.signal }));
  expect(outcome).toMatchObject({ grade: "warning", findings: [{ code: "doctor-look-ended" }] });
});

test("hearsay is left out where another check found it by looking, and kept where none did", async () => {
  const hearsay = (findings: readonly Finding[]): Check => ({
    ...check("a", { run: async () => findings }),
    isHearsay: true,
  });
  const other: Finding = { ...warning, code: "b-code" };
  const [kept] = await runChecks([hearsay([problem, other]), finds("b", other)], bareDesktop());
  expect(kept).toMatchObject({ grade: "problem", findings: [problem] });
  const [gone] = await runChecks([hearsay([other]), finds("b", other)], bareDesktop());
  expect(gone).toMatchObject({ grade: "ok", findings: [{ grade: "ok" }] });
  const [alone] = await runChecks([hearsay([other]), finds("b", ok("Fine."))], bareDesktop());
  expect(alone).toMatchObject({ grade: "warning", findings: [other] });
});

test("a need that does not come before its check is a bug", async () => {
  await expect(runChecks([finds("a", ok("Fine."), "b"), finds("b", ok("Fine."))], bareDesktop())).rejects.toThrow(
    "a needs b",
  );
});

test.each([
  { grades: [ok("Fine."), note], most: "note" },
  { grades: [warning, problem, note], most: "problem" },
  { grades: [], most: "ok" },
])("the gravest of $grades is $most", ({ grades, most }) => expect(gravest(grades)).toBe(most));
