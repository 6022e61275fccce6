/** Whatever way was used, all of it is taken back, and nothing of others. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { resolverFactsOf, wayOf } from "../../../test/support/resolver-parts.ts";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import type { WayName } from "../resolver-wiring.ts";
import { ownFile } from "./own-file.ts";
import { removeWirings } from "./remove-wirings.ts";
import { type Lifetime, emptyPlan } from "./way.ts";

const facts = resolverFactsOf();

/** Two ways, each with a file for each lifetime; the second also prepares something, of which there is a sign. */
function scene() {
  const folder = temporaryFolder();
  const pathOf = (name: string, lifetime: Lifetime): string => join(folder.path, lifetime, `${name}.conf`);
  const sign = join(folder.path, "sign");
  const way = (name: WayName, isPrepared: boolean) =>
    wayOf({
      name,
      ...(isPrepared && { preparation: { script: "", sign, undo: `undo ${name}`, writable: [] } }),
      plan: ({ routes }, { lifetime }) => ({
        ...emptyPlan,
        files: [ownFile(pathOf(name, lifetime), routes)],
        reload: [["reload", name]],
        untell: [["untell", name]],
      }),
    });
  const ran: string[] = [];
  const machine = {
    ways: [way("delegate", false), way("link", true)],
    run: async (program: string, parameters: readonly string[]) => ran.push([program, ...parameters].join(" ")),
    traces: join(folder.path, "traces"),
  };
  const write = (path: string, content: string): void => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  };
  const place = (name: WayName, lifetime: Lifetime, more = ""): string => {
    const { path, content } = ownFile(pathOf(name, lifetime), ["dtk.io"]);
    write(path, content + more);
    return path;
  };
  return { machine, ran, place, write, sign, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

test("where nothing was left, nothing is done", async () => {
  using here = scene();
  expect(await removeWirings(facts, { lifetimes: ["installed", "foreground"] }, here.machine)).toEqual([]);
  expect(here.ran).toEqual([]);
});

test("what is there goes, and the resolver is told once for each file", async () => {
  using here = scene();
  const paths = [here.place("delegate", "installed"), here.place("link", "foreground")];
  here.write(here.sign, "");
  here.write(here.machine.traces, "link\n");
  expect(await removeWirings(facts, { lifetimes: ["installed", "foreground"] }, here.machine)).toEqual([]);
  expect(paths.map((path) => existsSync(path))).toEqual([false, false]);
  expect(here.ran).toEqual(["reload delegate", "untell link", "reload link", "untell link", "sh -c undo link"]);
  expect(existsSync(here.machine.traces)).toBe(false);
});

test("after a crash only what was to end with the process goes", async () => {
  using here = scene();
  const [installed, passing] = [here.place("delegate", "installed"), here.place("delegate", "foreground")];
  here.write(here.machine.traces, "delegate\n");
  await removeWirings(facts, { lifetimes: ["foreground"] }, here.machine);
  expect([existsSync(installed), existsSync(passing)]).toEqual([true, false]);
  await removeWirings(facts, { lifetimes: ["installed"] }, here.machine);
  expect(existsSync(installed)).toBe(false);
});

test("the way that is used now stays, with all that it prepared", async () => {
  using here = scene();
  const [stays, goes] = [here.place("link", "installed"), here.place("delegate", "installed")];
  here.write(here.sign, "");
  await removeWirings(facts, { lifetimes: ["installed"], except: "link" }, here.machine);
  expect([existsSync(stays), existsSync(goes)]).toEqual([true, false]);
  expect(here.ran).toEqual(["reload delegate"]);
});

test("a file that somebody changed stays and is named, and nobody is told of it", async () => {
  using here = scene();
  const path = here.place("delegate", "installed", "# mine\n");
  const troubles = await removeWirings(facts, { lifetimes: ["installed"] }, here.machine);
  expect(troubles).toMatchObject([{ code: "resolver-file-foreign", message: expect.stringContaining(path) }]);
  expect(readFileSync(path, "utf8")).toMatch(/# mine\n$/);
  expect(here.ran).toEqual([]);
});
