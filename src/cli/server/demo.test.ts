/** The demo tells its twelve steps and the end within one screen, as a person sees it who has just cloned the project. */
import { expect, test } from "vitest";
import { runHere } from "../../../test/support/here.ts";

test("each of the steps is there in its order, within 80 columns and 24 rows", async () => {
  const { exitCode, output, talk } = await runHere(["demo"]);
  expect([exitCode, talk]).toEqual([0, ""]);
  const rows = output.split("\n");
  // The last row is the prompt's.
  expect(rows.length).toBeLessThanOrEqual(24);
  expect(Math.max(...rows.map((row) => row.length))).toBeLessThanOrEqual(80);
  const numbers = rows.flatMap((row) => /^ ?(\d+)\. /.exec(row)?.[1] ?? []);
  expect(numbers.map(Number)).toEqual(Array.from({ length: 13 }, (_, index) => index + 1));
});

test("the line comes with the change that is sent, is found, and goes with the Ingress", async () => {
  const { output } = await runHere(["demo"]);
  const [, sent = "", found = "", deleted = ""] = output.split(/^1[123]\. /m);
  expect(sent).toContain("POST /records -> 204\n     +192.168.122.167 foo.dtk.io\n");
  expect(found).toContain("192.168.122.167 foo.dtk.io");
  expect(deleted).toContain("     -192.168.122.167 foo.dtk.io\n");
});
