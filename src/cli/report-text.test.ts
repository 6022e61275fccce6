/** The text of a report, as people read it at 80 columns, and the value that programs read. */
import { expect, test } from "vitest";
import { type CheckOutcome, ok } from "../doctor/check.ts";
import { isWrong, reportSchema, toReport } from "../doctor/report.ts";
import { renderReport } from "./report-text.ts";
import { plain } from "./terminal.ts";

const fix = { commands: [["chattr", "-i", "/etc/my hosts"]], needsRoot: true };
const outcomes: readonly CheckOutcome[] = [
  { id: "a", title: "A", grade: "ok", findings: [ok("All is well.")] },
  { id: "a2", title: "A2", grade: "ok", findings: [ok("This as well.")] },
  { id: "b", title: "B", grade: "skipped", because: ["D", "E"] },
  { id: "b2", title: "B2", grade: "skipped", because: ["D"] },
  { id: "b3", title: "B3", grade: "skipped", because: ["D", "E"] },
  {
    id: "c",
    title: "C",
    grade: "note",
    findings: [ok("In part."), { grade: "note", code: "c-code", message: "You may know.", hint: "Nothing to do." }],
  },
  {
    id: "d",
    title: "D",
    grade: "problem",
    findings: [
      {
        grade: "warning",
        code: "d-warning",
        message: "Also this.",
        hint: "See `man 5 a-very-long-page of the manual that is long`, then that.",
      },
      {
        grade: "problem",
        code: "d-code",
        message: "The file /etc/my hosts is protected, so that nobody can write it, not even root.",
        hint: "Lift it:",
        command: "sudo chattr -i '/etc/my hosts'",
        fix,
      },
    ],
  },
];
const plainly = { isQuiet: false, isTrace: false };
const quietly = { ...plainly, isQuiet: true };
const terminal = { ...plain, width: 60 };

test("what is wrong comes first, a command has a line of its own, what is fine is short", () => {
  expect(renderReport(toReport(outcomes), terminal, plainly)).toBe(`\
PROBLEM  The file /etc/my hosts is protected, so that nobody
         can write it, not even root. [d-code]
         Lift it:
           sudo chattr -i '/etc/my hosts'
warning  Also this. [d-warning]
         See
         \`man 5 a-very-long-page of the manual that is long\`,
         then that.
note     You may know. [c-code]
         Nothing to do.
skipped  Not looked at before this is well (D; E): B; B3
skipped  Not looked at before this is well (D): B2
ok       A; A2

1 problem, 1 note, 3 skipped, 2 ok.
To repair 1 of them: sudo hostsfile-server doctor --fix
`);
});

test("quiet prints what is not ok, and nothing when all is", () => {
  expect(renderReport(toReport(outcomes), terminal, quietly)).not.toMatch(/skipped|All is well|1 problem/);
  expect(renderReport(toReport(outcomes.slice(0, 1)), terminal, quietly)).toBe("");
});

test("while all is well, and in a trace, each has its sentence", () => {
  expect(renderReport(toReport(outcomes.slice(0, 2)), terminal, plainly)).toBe(
    "ok       All is well.\nok       This as well.\n\n2 ok.\n",
  );
  expect(renderReport(toReport(outcomes, "step"), terminal, { ...plainly, isTrace: true })).toMatch(
    /^ok +All is well\.\nok +This as well\.\nskipped/,
  );
});

test("marks and commands are painted", () => {
  const painted = { ...plain, paint: (style: string, text: string) => `<${style}>${text}` };
  const text = renderReport(toReport(outcomes), painted, plainly);
  expect(text).toMatch(/^<bad>PROBLEM {2}The/);
  expect(text).toContain("\n           <command>sudo chattr");
});

test("lines of others cannot drive the terminal", () => {
  const finding = {
    grade: "note",
    code: "a-code",
    message: "It is \u001b[2J.",
    hint: "Run:",
    command: "sudo rm \u001b[2J",
  } as const;
  const text = renderReport(toReport([{ id: "a", title: "A", grade: "note", findings: [finding] }]), plain, plainly);
  expect(text).not.toContain("\u001b");
});

test("the value has the documented shape, the gravest first, with the fix as it is typed", () => {
  const report = toReport(outcomes);
  expect(reportSchema.parse(report)).toEqual(report);
  expect(report.ok).toBe(false);
  expect(report.checks.map(({ id }) => id)).toEqual(["d", "c", "b", "b2", "b3", "a", "a2"]);
  expect(report.checks[0]?.findings).toMatchObject([
    { code: "d-code", fix: ["sudo chattr -i '/etc/my hosts'"] },
    { code: "d-warning", fix: null },
  ]);
});

test.each([
  { grade: "ok", wrong: false },
  { grade: "note", wrong: false },
  { grade: "warning", wrong: true },
  { grade: "problem", wrong: true },
] as const)("a $grade is wrong: $wrong", ({ grade, wrong }) => {
  expect(isWrong([{ id: "a", title: "A", grade, findings: [] }])).toBe(wrong);
});
