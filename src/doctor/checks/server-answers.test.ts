/** A server that answers is named; none is the first problem. */
import { expect, test } from "vitest";
import { bareDesktop } from "../../../test/support/doctor-desktop.ts";
import { statusOf } from "../../../test/support/doctor-status.ts";
import { serverAnswers } from "./server-answers.ts";

test("a server that answers is named with version and process", async () => {
  const status = statusOf({ server: { pid: 12, version: "1.2.3" } });
  expect(await serverAnswers.run(bareDesktop({ status: async () => status }))).toEqual([
    { grade: "ok", message: "hostsfile-server 1.2.3 answers on port 5000, pid 12." },
  ]);
});

test("no server is a problem", async () => {
  expect(await serverAnswers.run(bareDesktop({ status: async () => undefined }))).toMatchObject([
    { grade: "problem", code: "no-server" },
  ]);
});
