/** A line of the user's that has a name of the cluster is named with the command that lets the cluster have it. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { judgeNames } from "./hosts-file-names.ts";

function conflicts(line: number, text: string, ...names: readonly string[]) {
  return { conflicts: { total: names.length, list: names.map((name) => ({ name, line, text })) } };
}

test("no conflict is ok", () => expect(judgeNames("/etc/hosts", [conflicts(1, "")])).toMatchObject([{ grade: "ok" }]));

test("a line in the way of two names is named once", () => {
  const found = judgeNames("/etc/hosts", [conflicts(3, "10.0.0.9 a.test b.test", "a.test", "b.test")]);
  expect(found).toMatchObject([
    {
      grade: "warning",
      code: "name-is-yours",
      message:
        "/etc/hosts:3: your own line has a.test, b.test, so the cluster's does not count: 10.0.0.9 a.test b.test",
      hint: "To let the cluster have it: sudo sed -i '3s/^/# /' /etc/hosts",
    },
  ]);
});

test("of many lines the first five are named", () => {
  const list = Array.from({ length: 9 }, (_, line) => ({
    name: `n${line}.test`,
    line,
    text: `10.0.0.9 n${line}.test`,
  }));
  expect(judgeNames("/etc/hosts", [{ conflicts: { total: 9, list } }])).toHaveLength(5);
});

test.each([
  { line: "10.0.0.9 a.test # mine", names: ["a.test"], left: "# 10.0.0.9 a.test # mine" },
  { line: "10.0.0.9\tA.test other", names: ["a.test"], left: "10.0.0.9 other" },
  { line: "10.0.0.9 other a.test b.test", names: ["a.test", "b.test"], left: "10.0.0.9 other" },
  { line: "10.0.0.9 aXtest a.test", names: ["a.test"], left: "10.0.0.9 aXtest" },
])("the command on $line leaves $left", ({ line, names, left }) => {
  using folder = temporaryFolder();
  const path = join(folder.path, "hosts");
  writeFileSync(path, `first\n${line}\nlast\n`);
  const [finding] = judgeNames(path, [conflicts(2, line, ...names)]);
  const hint = finding !== undefined && "hint" in finding ? finding.hint : "";
  execFileSync("sh", ["-c", hint.replace(/.*: sudo /, "")]);
  expect(readFileSync(path, "utf8").replaceAll("\t", " ")).toBe(`first\n${left}\nlast\n`);
});
