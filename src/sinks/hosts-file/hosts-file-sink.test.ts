/** Runs the sink's suite over a plain folder, and what does not depend on where the file lies. Mounts and full disks, which need root, are in test/e2e/. */
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { plainPlace, viewOf } from "../../../test/support/hosts-place.ts";
import { describeSink, openSink } from "../../../test/support/hosts-suite.ts";
import { outsideOf, shownIn } from "../../../test/support/managed-block.ts";
import { type View, emptyView } from "../../records/view.ts";
import { openHostsFileSink } from "./hosts-file-sink.ts";
import { openMemorySink } from "./memory-sink.ts";
import type { SinkReport } from "../../engine/sink.ts";

describeSink({ title: "a hosts file in a plain folder", method: "rename", open: plainPlace });

/** A clock that does not move until it is told to. */
class Clock {
  now = 0;
  read = (): number => this.now;
}

function code(report: SinkReport): string {
  return report.ok ? report.method : report.trouble.code;
}

function notices(report: SinkReport): readonly string[] {
  return report.ok ? report.notices.map(({ code: notice }) => notice) : [report.trouble.code];
}

describe("somebody else changes the block", () => {
  test("ten times it is restored, then it is said who and why, once a minute it is tried, and a change always", async () => {
    using place = plainPlace("# Added by Docker Desktop\n127.0.0.1 x\n");
    const clock = new Clock();
    await using sink = await openHostsFileSink({ ...place, what: "test", onOutsideEdit: () => {}, clock: clock.read });
    const view = viewOf(["a.test"]);
    await sink.apply(view);
    const trample = async (shown = view): Promise<SinkReport> => {
      writeFileSync(place.path, readFileSync(place.path, "utf8").replaceAll("10.0.0.1 a.test\n", ""));
      return sink.apply(shown);
    };
    for (let count = 0; count < 10; count += 1) expect(notices(await trample())).toEqual(["hosts-file-block-restored"]);
    const refused = await trample();
    expect(refused).toMatchObject({
      ok: false,
      trouble: { code: "hosts-file-contested", message: expect.stringContaining("Docker Desktop") },
    });
    expect(code(await trample(viewOf(["a.test", "b.test"])))).toBe("rename");
    expect(code(await trample(viewOf(["a.test", "b.test"])))).toBe("hosts-file-contested");
    clock.now += 61_000;
    expect(code(await trample(viewOf(["a.test", "b.test"])))).toBe("rename");
    expect(code(await trample(viewOf(["a.test", "b.test"])))).toBe("hosts-file-contested");
  });

  test("more of the user's lines inside it than anybody reads are moved out with a few notices", async () => {
    using place = plainPlace("127.0.0.1 localhost\n");
    await using sink = await openSink(place);
    await sink.apply(viewOf(["a.test"]));
    const mine = Array.from({ length: 20_000 }, (_, index) => `5.5.5.5 mine${index}\n`).join("");
    writeFileSync(
      place.path,
      readFileSync(place.path, "utf8").replace("10.0.0.1 a.test\n", `10.0.0.1 a.test\n${mine}`),
    );
    const report = await sink.apply(viewOf(["a.test"]));
    expect(report.ok && report.notices.length).toBe(11);
    expect(report.ok && report.notices.find(({ message }) => message.includes("19990 more lines"))?.message).toContain(
      "lines 12 to 20001",
    );
    expect(readFileSync(place.path, "utf8").startsWith(`127.0.0.1 localhost\n${mine}`)).toBe(true);
  });

  test("a line of the user's inside it is moved out, and they are told where it is", async () => {
    using place = plainPlace("127.0.0.1 localhost\n");
    await using sink = await openSink(place);
    await sink.apply(viewOf(["a.test"]));
    writeFileSync(
      place.path,
      readFileSync(place.path, "utf8").replace("10.0.0.1 a.test\n", "10.0.0.1 a.test\n5.5.5.5 mine\n"),
    );
    const report = await sink.apply(viewOf(["a.test"]));
    expect(report).toMatchObject({
      ok: true,
      notices: [
        {
          code: "hosts-file-line-moved",
          message: expect.stringContaining(`${place.path}:2: your line \`5.5.5.5 mine\``),
        },
      ],
    });
    expect(outsideOf(readFileSync(place.path, "utf8"))).toBe("127.0.0.1 localhost\n5.5.5.5 mine\n");
  });

  test("a damaged block: a copy of the file as it was is kept, and named", async () => {
    using place = plainPlace("127.0.0.1 localhost\n");
    await using sink = await openSink(place);
    await sink.apply(viewOf(["a.test"]));
    const damaged = readFileSync(place.path, "utf8").replace("# END hostsfile-server\n", "# mine\n");
    writeFileSync(place.path, damaged);
    const report = await sink.apply(viewOf(["a.test"]));
    expect(notices(report)).toEqual(["hosts-file-block-damaged"]);
    const folder = join(place.stateFolder, "hosts-file");
    const copies = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
    expect(copies).toContain(damaged);
    expect(outsideOf(readFileSync(place.path, "utf8"))).toBe("127.0.0.1 localhost\n# mine\n");
  });

  test("lines that nobody can tell apart: nothing is written, and its command repairs it", async () => {
    const text = "127.0.0.1 local host\n10.0.0.9 old.test\n# END hostsfile-server\n";
    using place = plainPlace(text);
    await using sink = await openSink(place);
    const report = await sink.apply(viewOf(["a.test"]));
    expect(code(report)).toBe("hosts-file-block-undecidable");
    expect(readFileSync(place.path, "utf8")).toBe(text);
    const command = report.ok ? undefined : report.trouble.command?.replace(/^sudo /, "");
    execFileSync("sh", ["-c", command ?? "false"]);
    expect(code(await sink.apply(viewOf(["a.test"])))).toBe("rename");
    expect(outsideOf(readFileSync(place.path, "utf8"))).toBe("127.0.0.1 local host\n10.0.0.9 old.test\n");
  });

  test("edited while the server was off, and the cluster moved: what was shown before tells our lines from the user's", async () => {
    using place = plainPlace("127.0.0.1 localhost\n");
    {
      await using sink = await openSink(place);
      await sink.apply(viewOf(["a.test", "b.test"]));
    }
    writeFileSync(
      place.path,
      readFileSync(place.path, "utf8").replace("10.0.0.1 b.test\n", "5.5.5.5 mine\n10.0.0.1 b.test\n"),
    );
    const previous = (): View => viewOf(["a.test", "b.test"]);
    await using sink = await openHostsFileSink({ ...place, what: "test", onOutsideEdit: () => {}, previous });
    const report = await sink.apply(viewOf(["a.test", "b.test"], "10.0.0.2"));
    expect(notices(report)).toEqual(["hosts-file-line-moved"]);
    expect(shownIn(readFileSync(place.path, "utf8"))).toEqual(["10.0.0.2 a.test", "10.0.0.2 b.test"]);
    expect(outsideOf(readFileSync(place.path, "utf8"))).toBe("127.0.0.1 localhost\n5.5.5.5 mine\n");
  });
});

test("a hard link keeps the old lines, which is said at the change that leaves them there, and only then", async () => {
  using place = plainPlace("127.0.0.1 localhost\n");
  await using sink = await openSink(place);
  linkSync(place.path, join(place.folder, "other"));
  expect(notices(await sink.apply(viewOf(["a.test"])))).toEqual(["hosts-file-linked"]);
  expect(readFileSync(join(place.folder, "other"), "utf8")).toBe("127.0.0.1 localhost\n");
  expect(notices(await sink.apply(viewOf(["b.test"])))).toEqual([]);
});

test("restarts make no copies, edits of the user's do", async () => {
  using place = plainPlace("127.0.0.1 localhost");
  for (const name of ["a.test", "b.test", "c.test"]) {
    await using sink = await openSink(place);
    await sink.apply(viewOf([name]));
  }
  const folder = join(place.stateFolder, "hosts-file");
  expect(readdirSync(folder)).toEqual(["hosts.orig"]);
  expect(readFileSync(join(folder, "hosts.orig"), "utf8")).toBe("127.0.0.1 localhost");
  appendFileSync(place.path, "1.2.3.4 mine\n");
  await using sink = await openSink(place);
  await sink.apply(viewOf(["d.test"]));
  await sink.apply(viewOf(["e.test"]));
  expect(readdirSync(folder)).toHaveLength(2);
});

describe("who may write", () => {
  test("a second one learns which process writes, writes nothing, and takes over when the first ends", async () => {
    using place = plainPlace("127.0.0.1 localhost\n");
    const first = await openSink(place);
    await using second = await openSink(place);
    expect(second.lock).toMatchObject({ state: "taken", holder: { pid: process.pid, what: "test" } });
    expect(code(await second.apply(viewOf(["a.test"])))).toBe("hosts-file-lock-taken");
    expect(readFileSync(place.path, "utf8")).toBe("127.0.0.1 localhost\n");
    await first[Symbol.asyncDispose]();
    expect(code(await second.apply(viewOf(["a.test"])))).toBe("rename");
    expect(second.lock.state).toBe("held");
  });

  test("whose file is removed by hand: taken again at the next write, or left to the new holder", async () => {
    using place = plainPlace("");
    const lockPath = join(place.folder, ".hosts.hostsfile-server.lock");
    await using first = await openSink(place);
    await first.apply(viewOf(["a.test"]));
    rmSync(lockPath);
    expect(code(await first.apply(viewOf(["b.test"])))).toBe("rename");
    expect(existsSync(lockPath)).toBe(true);
    rmSync(lockPath);
    await using second = await openSink(place);
    expect(code(await second.apply(viewOf(["c.test"])))).toBe("rename");
    expect(code(await first.apply(viewOf(["d.test"])))).toBe("hosts-file-lock-taken");
    expect(shownIn(readFileSync(place.path, "utf8"))).toEqual(["10.0.0.1 c.test"]);
  });

  test("a link that is led elsewhere: the lock and the block go with it", async () => {
    using place = plainPlace("127.0.0.1 one\n");
    const path = join(place.folder, "link");
    writeFileSync(join(place.folder, "other"), "127.0.0.1 two\n");
    symlinkSync("hosts", path);
    await using sink = await openSink({ ...place, path });
    await sink.apply(viewOf(["a.test"]));
    unlinkSync(path);
    symlinkSync("other", path);
    expect(code(await sink.apply(viewOf(["a.test"])))).toBe("rename");
    expect(shownIn(readFileSync(join(place.folder, "other"), "utf8"))).toHaveLength(1);
    expect(readdirSync(place.folder).filter((name) => name.endsWith(".lock"))).toEqual([
      ".other.hostsfile-server.lock",
    ]);
  });

  test("a missing file is created when there is something to show, and that is said", async () => {
    using place = plainPlace("");
    unlinkSync(place.path);
    await using sink = await openSink(place);
    expect(code(await sink.apply(emptyView))).toBe("unchanged");
    expect(existsSync(place.path)).toBe(false);
    expect(notices(await sink.apply(viewOf(["a.test"])))).toEqual(["hosts-file-created"]);
    expect(shownIn(readFileSync(place.path, "utf8"))).toEqual(["10.0.0.1 a.test"]);
  });
});

describe("a dry run", () => {
  test("says what would change and touches nothing", async () => {
    using place = plainPlace("1.2.3.4 b.test\n");
    const before = readdirSync(place.folder);
    await using sink = openMemorySink(place);
    expect(await sink.apply(viewOf(["a.test", "b.test"]))).toMatchObject({
      ok: true,
      method: "memory",
      diff: { added: ["10.0.0.1 a.test"], removed: [] },
      refused: [{ name: "b.test", line: { number: 1 } }],
    });
    expect(await sink.apply(viewOf(["c.test"]))).toMatchObject({
      diff: { added: ["10.0.0.1 c.test"], removed: ["10.0.0.1 a.test"] },
    });
    expect(shownIn(sink.content.toString())).toEqual(["10.0.0.1 c.test"]);
    expect([readFileSync(place.path, "utf8"), readdirSync(place.folder)]).toEqual(["1.2.3.4 b.test\n", before]);
  });

  test("starts from nothing when there is no file, and reports one that cannot be read", async () => {
    using place = plainPlace("");
    unlinkSync(place.path);
    expect(code(await openMemorySink(place).apply(viewOf(["a.test"])))).toBe("memory");
    mkdirSync(place.path);
    expect(code(await openMemorySink(place).apply(viewOf(["a.test"])))).toBe("hosts-file-not-regular");
  });
});
