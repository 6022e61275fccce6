/** Repairs run real programs, each once. One that fails says why and stops only itself. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { type Fix, type CheckOutcome, ok } from "./check.ts";
import { fixesOf, repair } from "./repair.ts";

const trouble = { grade: "problem", code: "a-code", message: "It is.", hint: "Repair it." } as const;

function outcome(...fixes: readonly Fix[]): CheckOutcome {
  const findings = [ok("Fine."), trouble, ...fixes.map((fix) => ({ ...trouble, fix }))];
  return { id: "a", title: "A", grade: "problem", findings };
}

test("the same repair is offered once", () => {
  const fix: Fix = { commands: [["true"]], needsRoot: true };
  const other: Fix = { commands: [["true", "twice"]], needsRoot: true };
  const skipped: CheckOutcome = { id: "b", title: "B", grade: "skipped", because: [] };
  expect(fixesOf([outcome(fix), skipped, outcome({ ...fix }, other)])).toEqual([fix, other]);
});

test("commands run in turn, and a failure ends its own repair", async () => {
  using folder = temporaryFolder();
  const [kept, gone] = [join(folder.path, "kept"), join(folder.path, "gone")];
  writeFileSync(gone, "");
  const repaired = await repair([
    {
      commands: [
        ["ls", join(folder.path, "nothing")],
        ["touch", kept],
      ],
      needsRoot: false,
    },
    {
      commands: [
        ["cp", gone, `${gone}.copy`],
        ["rm", gone],
      ],
      needsRoot: true,
    },
    { commands: [["no-such-program"]], needsRoot: false },
  ]);
  expect(repaired).toEqual([
    { commands: [`ls ${folder.path}/nothing`, `touch ${kept}`], failure: expect.stringContaining("No such file") },
    { commands: [`sudo cp ${gone} ${gone}.copy`, `sudo rm ${gone}`] },
    { commands: ["no-such-program"], failure: "no-such-program is not installed" },
  ]);
  expect([existsSync(kept), existsSync(gone)]).toEqual([false, false]);
  expect(readFileSync(`${gone}.copy`, "utf8")).toBe("");
});
