/** A wiring does what its way says, tells again what is gone, and takes everything back. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { resolverFactsOf, wayOf } from "../../../test/support/resolver-parts.ts";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import type { Routing } from "../resolver-wiring.ts";
import { ownFile } from "./own-file.ts";
import { type WayPlan, emptyPlan } from "./way.ts";
import { wireBy } from "./wiring.ts";

const facts = resolverFactsOf();

/** A resolver that reads one file at a reload, and remembers what it is told. */
function scene(answers: { failing: string[] } = { failing: [] }, more: Partial<WayPlan> = {}) {
  const folder = temporaryFolder();
  const path = join(folder.path, "ours.conf");
  const told: string[] = [];
  let words = "";
  const way = wayOf({
    plan: ({ routes }) => ({
      ...emptyPlan,
      files: [ownFile(path, routes)],
      reload: [["reload"]],
      tell: [["tell", ...routes]],
      untell: [["untell"]],
      check: { command: ["show"], read: (output) => output.split(" "), words: routes },
      ...more,
    }),
  });
  const run = async (program: string, parameters: readonly string[]) => {
    const ok = !answers.failing.includes(program);
    if (program !== "show") told.push([program, ...parameters].join(" "));
    if (ok && program === "tell") words = parameters.join(" ");
    if (ok && program === "untell") words = "";
    return { ok, output: words, complaint: ok ? "" : "no bus\nmore", isMissing: false };
  };
  const wiring = wireBy({ way, sentence: "It is so.", facts, lifetime: "installed", run });
  const taken = (): readonly string[] => told.splice(0);
  const forget = (): void => void (words = "");
  return { path, wiring, taken, forget, answers, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

function routing(...routes: readonly string[]): Routing {
  return { routes, responder: { address: "127.0.0.1", port: 5391 }, isUnsigned: false };
}

test("what is told once is not told again", async () => {
  using here = scene();
  const state = await here.wiring.apply(routing("dtk.io"));
  expect(state).toEqual({ way: "delegate", sentence: "It is so.", routes: ["dtk.io"], troubles: [] });
  expect(readFileSync(here.path, "utf8")).toContain("\ndtk.io\n");
  expect(here.taken()).toEqual(["reload", "tell dtk.io"]);
  await here.wiring.apply(routing("dtk.io"));
  expect(here.taken()).toEqual([]);
});

test("another domain is told, and none takes everything back", async () => {
  using here = scene();
  await here.wiring.apply(routing("dtk.io"));
  await here.wiring.apply(routing("dtk.io", "more.io"));
  expect(here.taken()).toContain("tell dtk.io more.io");
  await here.wiring.apply(routing());
  expect(existsSync(here.path)).toBe(false);
  expect(here.taken()).toEqual(["reload", "untell"]);
});

test("a domain that is gone is taken back alone", async () => {
  using here = scene();
  await here.wiring.apply(routing("dtk.io", "more.io"));
  here.taken();
  await here.wiring.apply(routing("more.io"));
  expect(here.taken()).toContain("tell more.io");
});

test("what the resolver forgot is seen, and told again", async () => {
  using here = scene();
  await here.wiring.apply(routing("dtk.io"));
  expect((await here.wiring.probe()).troubles).toEqual([]);
  here.forget();
  here.taken();
  expect((await here.wiring.probe()).troubles).toMatchObject([{ code: "resolver-forgot" }]);
  await here.wiring.apply(routing("dtk.io"));
  expect(here.taken()).toEqual(["tell dtk.io"]);
  expect((await here.wiring.probe()).troubles).toEqual([]);
});

test("a reload that failed is due until it succeeds, and its words are passed on", async () => {
  using here = scene({ failing: ["reload"] });
  const { troubles } = await here.wiring.apply(routing("dtk.io"));
  expect(troubles).toMatchObject([
    { code: "resolver-refused", message: expect.stringMatching(/reload says: no bus$/) },
  ]);
  here.answers.failing = [];
  here.taken();
  expect((await here.wiring.apply(routing("dtk.io"))).troubles).toEqual([]);
  expect(here.taken()).toContain("reload");
});

test("where less will do, a file that is there is only read again, unless that failed", async () => {
  using here = scene({ failing: [] }, { reread: [["reread"]], tell: [], untell: [], check: undefined });
  await here.wiring.apply(routing("dtk.io"));
  expect(here.taken()).toEqual(["reload"]);
  await here.wiring.apply(routing("dtk.io", "more.io"));
  expect(here.taken()).toEqual(["reread"]);
  here.answers.failing = ["reread"];
  expect((await here.wiring.apply(routing("more.io"))).troubles).toMatchObject([{ code: "resolver-refused" }]);
  here.answers.failing = [];
  here.taken();
  await here.wiring.apply(routing("more.io"));
  await here.wiring.apply(routing());
  expect(here.taken()).toEqual(["reload", "reload"]);
});

test("a file that somebody changed stays, and is named", async () => {
  using here = scene();
  await here.wiring.apply(routing("dtk.io"));
  writeFileSync(here.path, "mine\n");
  expect((await here.wiring.apply(routing("more.io"))).troubles).toMatchObject([{ code: "resolver-file-foreign" }]);
  expect((await here.wiring.remove()).troubles).toMatchObject([{ code: "resolver-file-foreign" }]);
  expect(readFileSync(here.path, "utf8")).toBe("mine\n");
});

test("what is installed stays when the server ends", async () => {
  using here = scene();
  await here.wiring.apply(routing("dtk.io"));
  await here.wiring[Symbol.asyncDispose]();
  expect(existsSync(here.path)).toBe(true);
});
