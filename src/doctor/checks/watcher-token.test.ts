/** The watch token is shown to the server, and what the server refused is passed on. */
import { expect, test } from "vitest";
import { bareDesktop } from "../../../test/support/doctor-desktop.ts";
import { clusterOf, statusOf, watchOf } from "../../../test/support/status.ts";
import { TroubleError } from "../../base/trouble.ts";
import { judgeRefusals, watcherToken } from "./watcher-token.ts";

const find = async (allowedDomains: () => Promise<readonly string[] | undefined>) =>
  watcherToken.run(bareDesktop({ status: async () => statusOf(), allowedDomains }));
const failing = (code: string) => async () => {
  throw new TroubleError({ code, message: "No.", hint: "" });
};

test("no token, a good one, and no server that could be asked", async () => {
  expect(await find(async () => undefined)).toEqual([
    { grade: "ok", message: "There is no watch token of yours to look at." },
  ]);
  expect(await find(async () => ["dtk.io"])).toEqual([
    { grade: "ok", message: "The server takes your watch token, for names in dtk.io." },
  ]);
  expect(await find(failing("no-server"))).toMatchObject([{ grade: "ok" }]);
});

test("a token that is not taken, with what writes another", async () => {
  expect(await find(failing("server-unproven"))).toMatchObject([
    {
      grade: "problem",
      code: "watch-token-refused",
      message: expect.stringMatching(/^The watch token in \/.*\/token is not taken: No\.$/),
      command: expect.stringMatching(/^\(umask 077; sudo hostsfile-server token --watcher \S+ > \/.*\/token\)$/),
    },
  ]);
});

test("it is looked at though the server tells this user nothing else", async () => {
  const desktop = bareDesktop({ status: failing("token-needed"), allowedDomains: async () => ["dtk.io"] });
  expect(await watcherToken.run(desktop)).toMatchObject([{ grade: "ok" }]);
});

test("what the server does not take", () => {
  const watch = watchOf({ refused: "Watchers may not have names in x.io." });
  const taken = { ...clusterOf({ name: "b" }), watch: watchOf() };
  expect(judgeRefusals([{ ...clusterOf({ name: "a" }), watch }, taken])).toMatchObject([
    {
      grade: "problem",
      code: "watch-refused",
      message: "The watcher of ann cannot hand in the names of a. Watchers may not have names in x.io.",
      command: "hostsfile-server watch --once --context=kind-a",
    },
  ]);
});
