/** The log is told what happens, and never decides what happens. */
import { spawnSync } from "node:child_process";
import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";

/** Runs a script that has a log called `log`. */
function runWithLog(
  format: string,
  script: string,
  standardError: "pipe" | number,
  environment: Readonly<Record<string, string>> = {},
): ReturnType<typeof spawnSync> {
  const start = `
    const { makeLogger } = await import(${JSON.stringify(import.meta.resolve("./logger.ts"))});
    const log = await makeLogger({ format: "${format}", isDebug: false });`;
  const command = ["--input-type=module", "--eval", `${start}\n${script}`];
  const env = { ...process.env, ...environment };
  return spawnSync(process.execPath, command, { stdio: ["ignore", "pipe", standardError], encoding: "utf8", env });
}

test.skipIf(process.platform !== "linux").each(["json", "text"])(
  "a %s log on a full disk ends nothing (/dev/full is Linux's)",
  (format) => {
    const full = openSync("/dev/full", "w");
    try {
      const script = `
        for (const word of ["one", "two"]) log.info({ code: "a-word" }, word);
        setTimeout(() => console.log("still here"), 20);`;
      const { status, stdout } = runWithLog(format, script, full);
      expect([status, stdout]).toEqual([0, "still here\n"]);
    } finally {
      closeSync(full);
    }
  },
);

test("text: warnings and errors end in their code, and what is fine does not", () => {
  const script = 'for (const level of ["info", "warn", "error"]) log[level]({ code: "an-event" }, `It is ${level}.`);';
  const lines = String(runWithLog("text", script, "pipe").stderr).split("\n");
  expect(lines.map((line) => line.replace(/^\[\S+\] /, ""))).toEqual([
    "INFO: It is info.",
    "WARN: It is warn. [an-event]",
    "ERROR: It is error. [an-event]",
    "",
  ]);
});

test.each(["json", "text"])("%s: names of others are written without hidden characters", (format) => {
  const script = `
    const odd = "a\\u202e\\u200b\\u001b[2J\\u009b" + String.fromCodePoint(0xe0041);
    log.warn({ code: "an-event", host: odd, err: new Error(odd) }, odd);`;
  const text = String(runWithLog(format, script, "pipe").stderr);
  expect(text).toContain("a\\u202e\\u200b\\u001b[2J\\u009b\\udb40\\udc41");
  expect(text).not.toMatch(/[^\n\P{C}]/u);
});

/** What is logged to a stream of which systemd says that it is the journal's, or another one. */
function logToJournal(isJournal: boolean): string {
  using folder = temporaryFolder();
  const path = join(folder.path, "stream");
  const stream = openSync(path, "w");
  const { dev, ino } = fstatSync(stream);
  const script = 'for (const level of ["info", "warn", "error"]) log[level]({ code: "an-event" }, `It is ${level}.`);';
  runWithLog("auto", script, stream, { JOURNAL_STREAM: `${dev}:${isJournal ? ino : ino + 1}` });
  closeSync(stream);
  return readFileSync(path, "utf8");
}

test("the journal gets text with its own numbers of importance (sd-daemon(3))", () => {
  expect(logToJournal(true)).toBe("<6>It is info.\n<4>It is warn. [an-event]\n<3>It is error. [an-event]\n");
});

test("a file in the journal's stead gets JSON", () => {
  expect(logToJournal(false).split("\n")[0]).toMatch(/^{"level":30,/);
});

test("JSON: every event has its code", () => {
  const { stderr } = runWithLog("json", 'log.info({ code: "an-event", host: "a.io" }, "It is so.");', "pipe");
  expect(JSON.parse(String(stderr))).toMatchObject({ level: 30, code: "an-event", host: "a.io", msg: "It is so." });
});

test("text: what came from outside cannot speak to the terminal", () => {
  const { stderr } = runWithLog("text", 'log.warn({ code: "an-event" }, "\\x1b[2Ja\\r\\nb\\x9b");', "pipe");
  expect(String(stderr)).toMatch(/^\[\S+\] WARN: \\u001b\[2Ja\\u000d\\u000ab\\u009b \[an-event\]\n$/);
});
