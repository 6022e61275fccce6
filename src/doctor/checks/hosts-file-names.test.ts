/** A line of the user's that has a name of the cluster is named with the command that lets the cluster have it. */
import { expect, test } from "vitest";
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
      command: "hostsfile-server adopt",
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
