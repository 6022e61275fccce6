/**
 * Makes writes over a bind-mounted hosts file fail half-way, and ends the process at every system call of a write: real
 * processes, a real mount, and a preloaded library that stores half of what it is given. Needs root and a C compiler. The
 * file runs itself once more in a mount namespace of its own, so that every mount is gone with it.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { outsideOf, shownIn } from "../support/managed-block.ts";

const inside = "HOSTS_TORN_INSIDE";
const isInside = process.env[inside] === "1";
const canRun = process.geteuid?.() === 0 && spawnSync("cc", ["--version"]).status === 0;

/** The block is in the middle, so that whatever changes its length moves lines of the user's. */
const top = "127.0.0.1 localhost\n";
const bottom = "10.1.1.1 mine.lan\n# the user's, behind the block\n10.1.1.2 mine-too.lan # last, without line end";
const few = ["a.test"];
const many = ["a.test", "b.test", "c.test", "d.test", "e.test"];

interface Shower extends AsyncDisposable {
  readonly child: ChildProcess;
  /** Shows these names; undefined if the process ends over it. */
  show(names: readonly string[]): Promise<Record<string, unknown> | undefined>;
}

interface TornPlace extends Disposable {
  readonly path: string;
  readonly stateFolder: string;
  /** Says what happens to system calls from now on; see failing-calls.c. */
  order(what: string | undefined): void;
  start(): Shower;
  user(): string;
  shown(): readonly string[];
}

function tornPlace(library: string): TornPlace {
  const root = mkdtempSync(join(tmpdir(), "hostsfile-server-"));
  const [folder, stateFolder, order] = [join(root, "etc"), join(root, "state"), join(root, "order")];
  const [path, source] = [join(folder, "hosts"), join(root, "source")];
  mkdirSync(folder);
  writeFileSync(path, "");
  writeFileSync(source, top, { mode: 0o644 });
  execFileSync("mount", ["--bind", source, path]);
  const text = (): string => readFileSync(path, "utf8");
  return {
    path,
    stateFolder,
    order: (what) => (what === undefined ? rmSync(order) : writeFileSync(order, what)),
    start: () =>
      startShower([path, stateFolder], { LD_PRELOAD: library, FAILING_ROOT: `${root}/`, FAILING_ORDER: order }),
    user: () => outsideOf(text()),
    shown: () => shownIn(text()),
    [Symbol.dispose]: () => {
      execFileSync("umount", [path]);
      rmSync(root, { recursive: true });
    },
  };
}

function startShower(words: readonly string[], environment: Readonly<Record<string, string>>): Shower {
  const child = spawn(process.execPath, ["test/support/hosts-shower.ts", ...words], {
    env: { ...process.env, ...environment },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exit = once(child, "exit");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  child.stdin.on("error", () => {});
  return {
    child,
    show: async (names) => {
      child.stdin.write(`${names.join(" ")}\n`);
      const { value, done } = await lines.next();
      return done === true ? undefined : JSON.parse(value);
    },
    [Symbol.asyncDispose]: async () => {
      child.stdin.end();
      await exit;
    },
  };
}

/** Shows names, and then the user writes lines behind the block. */
async function prepare(place: TornPlace, names: readonly string[]): Promise<void> {
  await using shower = place.start();
  expect(await shower.show(names)).toMatchObject({ ok: true, method: "in-place" });
  writeFileSync(place.path, readFileSync(place.path, "utf8") + bottom);
}

/** What the user would lose if the file were taken for what it is now. */
function isTorn(place: TornPlace): boolean {
  return place.user() !== top + bottom;
}

function describeInside(): void {
  const folder = mkdtempSync(join(tmpdir(), "hostsfile-server-"));
  const library = join(folder, "failing-calls.so");
  execFileSync("cc", ["-shared", "-fPIC", "-o", library, "test/support/failing-calls.c", "-ldl"]);
  afterAll(() => rmSync(folder, { recursive: true }));

  describe.each([
    ["grows", few, many],
    ["shrinks", many, few],
  ])("a block that %s", (_how, from, to) => {
    test("a disk that stores half and reports an error: is reported, and repaired by the same process", async () => {
      using place = tornPlace(library);
      await prepare(place, from);
      await using shower = place.start();
      expect(await shower.show(from)).toMatchObject({ ok: true, method: "unchanged" });
      const before = readFileSync(place.path);
      place.order(`error ${place.path}`);
      const failed = await shower.show(to);
      expect(failed).toMatchObject({ ok: false, trouble: { code: "hosts-file-torn" } });
      // A repair that stores half as well puts back the half that was torn, where the old bytes are the longer ones.
      expect(isTorn(place)).toBe(to.length > from.length);
      const [, journal = ""] = /Nothing is lost: (\S+) holds/.exec(JSON.stringify(failed)) ?? [];
      expect(readFileSync(journal).includes(before)).toBe(true);
      expect(await shower.show(["x.test", ...to])).toMatchObject({ ok: false, trouble: { code: "hosts-file-torn" } });
      expect(readFileSync(journal).includes(before)).toBe(true);
      place.order(undefined);
      const healed = await shower.show(["y.test"]);
      // Halved repairs may have repaired a file that becomes shorter by then.
      const notices = to.length > from.length ? [{ code: "hosts-file-mended" }] : expect.any(Array);
      expect(healed).toMatchObject({ ok: true, notices });
      expect([place.user(), place.shown()]).toEqual([top + bottom, ["10.0.0.1 y.test"]]);
      expect(readdirSync(join(place.stateFolder, "hosts-file")).filter((name) => name.includes(".journal"))).toEqual(
        [],
      );
    });

    test("killed at every system call of the write: the next start repairs what is torn before anything else", async () => {
      let torn = 0;
      for (let at = 0; ; at += 1) {
        using place = tornPlace(library);
        await prepare(place, from);
        let survived: boolean;
        {
          await using shower = place.start();
          await shower.show(from);
          place.order(`kill ${at}`);
          survived = (await shower.show(to)) !== undefined;
        }
        place.order(undefined);
        torn += isTorn(place) ? 1 : 0;
        await using next = place.start();
        expect({ at, report: await next.show(["y.test"]) }).toMatchObject({ at, report: { ok: true } });
        const shown = place.shown();
        expect({ at, user: place.user(), shown }).toEqual({ at, user: top + bottom, shown: ["10.0.0.1 y.test"] });
        expect(readdirSync(join(place.stateFolder, "hosts-file")).filter((name) => name.includes(".journal"))).toEqual(
          [],
        );
        if (!survived) continue;
        expect(at).toBeGreaterThan(10);
        break;
      }
      // The library did what it is for.
      expect(torn).toBeGreaterThan(0);
    });
  });
}

function describeOutside(): void {
  test.skipIf(!canRun)("all of it, in a mount namespace of its own (needs root and cc)", () => {
    const vitest = join(import.meta.dirname, "../../node_modules/.bin/vitest");
    const words = ["-m", vitest, "run", "--project", "e2e", fileURLToPath(import.meta.url)];
    const { status, stdout, stderr } = spawnSync("unshare", words, {
      env: { ...process.env, [inside]: "1" },
      encoding: "utf8",
    });
    expect(status === 0 ? "" : stdout + stderr).toBe("");
  });
}

if (isInside) describeInside();
else describeOutside();
