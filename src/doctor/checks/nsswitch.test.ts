/** The orders that distributions ship, and those that keep names from resolving; each command is run on a real file. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import type { Finding } from "../check.ts";
import { readHostsSources } from "../looks/nsswitch.ts";
import { judgeNsswitch } from "./nsswitch.ts";

const none = { isRunning: false, readsHosts: true };

function judge(line: string, resolved = none): Finding {
  const sources = readHostsSources(`${line}\n`);
  return judgeNsswitch({ hasNsswitch: true, isNsswitchThere: true, sources, resolved, isNscdRunning: false });
}

test.each([
  "hosts: files dns",
  "hosts: files mymachines myhostname resolve [!UNAVAIL=return] dns",
  "hosts: files mdns4_minimal [NOTFOUND=return] dns mymachines",
  "hosts: myhostname files dns",
  "hosts: mymachines [SUCCESS=continue] files",
])("%s is ok", (line) => expect(judge(line)).toMatchObject({ grade: "ok" }));

const broken = [
  { line: "hosts: dns", grade: "problem", code: "nsswitch-no-files", repaired: "hosts: files dns" },
  { line: "hosts:", grade: "problem", code: "nsswitch-no-files", repaired: "hosts: files" },
  { line: " hosts:\tdns files", grade: "warning", code: "nsswitch-files-late", repaired: " hosts: files\tdns" },
  {
    line: "hosts: dns [NOTFOUND=return] files",
    grade: "problem",
    code: "nsswitch-files-unreached",
    repaired: "hosts: files dns [NOTFOUND=return]",
  },
  {
    line: "hosts: resolve [!UNAVAIL=return] files dns",
    grade: "problem",
    code: "nsswitch-files-unreached",
    repaired: "hosts: files resolve [!UNAVAIL=return] dns",
  },
  {
    line: "hosts: mdns4_minimal [NOTFOUND=return] files dns",
    grade: "note",
    code: "nsswitch-files-late",
    repaired: "hosts: files mdns4_minimal [NOTFOUND=return] dns",
  },
] as const;

test.each(broken)("$line is a $grade ($code)", ({ line, grade, code }) => {
  expect(judge(line)).toMatchObject({ grade, code });
});

test.each(broken)("the command on $line leaves $repaired, twice as well, and keeps a copy", ({ line, repaired }) => {
  using folder = temporaryFolder();
  const path = join(folder.path, "nsswitch.conf");
  const text = `passwd: files\n${line}\nnetworks: files\n`;
  writeFileSync(path, text);
  const finding = judge(line);
  const [words = []] = finding.grade === "ok" ? [] : (finding.fix?.commands ?? []);
  const [program, ...parameters] = [...words.slice(0, -1), path];
  execFileSync(program, parameters);
  expect(readFileSync(path, "utf8")).toBe(text.replace(line, repaired));
  expect(readFileSync(`${path}.before-doctor`, "utf8")).toBe(text);
  expect(judge(repaired)).toMatchObject({ grade: "ok" });
});

test("systemd-resolved before the file is a note while it runs and reads the file, and replaces it", () => {
  const running = { isRunning: true, readsHosts: true };
  const deaf = { isRunning: true, readsHosts: false };
  expect(judge("hosts: resolve [!UNAVAIL=return] files dns", running)).toMatchObject({
    grade: "note",
    code: "resolved-first",
  });
  expect(judge("hosts: resolve [!UNAVAIL=return] dns", running)).toMatchObject({
    grade: "note",
    code: "resolved-first",
  });
  expect(judge("hosts: resolve [!UNAVAIL=return] dns", deaf)).toMatchObject({ code: "nsswitch-no-files" });
  expect(judge("hosts: resolve [!UNAVAIL=return] files", deaf)).toMatchObject({ code: "nsswitch-files-unreached" });
});

test("without a line glibc does not look, musl does", () => {
  const given = { isNsswitchThere: false, sources: undefined, resolved: none, isNscdRunning: false };
  expect(judgeNsswitch({ ...given, hasNsswitch: true })).toMatchObject({
    code: "nsswitch-no-files",
    message: expect.stringContaining("is not there"),
    hint: "Write the line:",
    command: String.raw`printf 'hosts: files dns\n' | sudo tee -a /etc/nsswitch.conf`,
  });
  expect(judgeNsswitch({ ...given, hasNsswitch: false })).toMatchObject({ grade: "ok" });
});
