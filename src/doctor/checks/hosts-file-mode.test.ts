/** Everybody reads the file and only its owner writes it. */
import { expect, test } from "vitest";
import { hostsFileOf } from "../../../test/support/hosts-file-facts.ts";
import { judgeMode } from "./hosts-file-mode.ts";

test.each([
  { mode: 0o644, grade: "ok" },
  { mode: 0o444, grade: "ok" },
  { mode: 0o664, grade: "ok" },
  {
    mode: 0o640,
    grade: "problem",
    code: "hosts-file-unreadable",
    hint: "Set it right:",
    command: "sudo chmod a+r /etc/hosts",
  },
  { mode: 0o600, grade: "problem", code: "hosts-file-unreadable" },
  {
    mode: 0o666,
    grade: "warning",
    code: "hosts-file-open",
    hint: "Set it right:",
    command: "sudo chmod o-w /etc/hosts",
  },
])("mode $mode is $grade", ({ mode, ...wanted }) => {
  expect(judgeMode(hostsFileOf({ mode }))).toMatchObject(wanted);
});
