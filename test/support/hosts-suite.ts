/** How the hosts-file sink behaves wherever the file lies; every test uses the real file system and real processes. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { describe, expect, test } from "vitest";
import { planAdoption } from "../../src/sinks/hosts-file/document/document.ts";
import { type HostsFileSink, openHostsFileSink } from "../../src/sinks/hosts-file/hosts-file-sink.ts";
import type { SinkReport } from "../../src/engine/sink.ts";
import { emptyView } from "../../src/records/view.ts";
import { type Place, viewOf } from "./hosts-place.ts";
import { outsideOf, shownIn } from "./managed-block.ts";

export interface SuiteOptions {
  /** What the place is, for the title. */
  readonly title: string;
  readonly method: "rename" | "in-place";
  readonly open: (content: string) => Place;
  /** How often a writer is killed, 2 times when not given. */
  readonly kills?: number;
}

const user = "127.0.0.1\tlocalhost\n::1  localhost ip6-localhost # six\r\n\n# last, without line end";

/** Opens the sink on a place. */
export function openSink({ path, stateFolder }: Place, onOutsideEdit = (): void => {}): Promise<HostsFileSink> {
  return openHostsFileSink({ path, stateFolder, what: "test", onOutsideEdit });
}

function expectOk(report: SinkReport): Extract<SinkReport, { ok: true }> {
  if (!report.ok) throw new Error(report.trouble.message);
  return report;
}

/** Runs the suite over a place. */
export function describeSink({ title, method, open, kills = 2 }: SuiteOptions): void {
  describe(`the sink and ${title}`, () => {
    test("shows, changes and takes back, byte for byte", async () => {
      using place = open(user);
      await using sink = await openSink(place);
      const report = expectOk(await sink.apply(viewOf(["b.test", "a.test"])));
      expect(report).toMatchObject({ method, diff: { added: ["10.0.0.1 a.test", "10.0.0.1 b.test"], removed: [] } });
      expect(shownIn(readFileSync(place.path, "utf8"))).toEqual(["10.0.0.1 a.test", "10.0.0.1 b.test"]);
      expect(outsideOf(readFileSync(place.path, "utf8"))).toBe(`${user}\n`);
      expect(expectOk(await sink.apply(viewOf(["b.test", "c.test"]))).diff).toEqual({
        added: ["10.0.0.1 c.test"],
        removed: ["10.0.0.1 a.test"],
      });
      expect(expectOk(await sink.apply(emptyView)).diff.removed).toHaveLength(2);
      expect(readFileSync(place.path, "utf8")).toBe(user);
    });

    test("writes nothing when nothing changes, and leaves no file behind", async () => {
      using place = open(user);
      const sink = await openSink(place);
      await sink.apply(viewOf(["a.test"]));
      const before = statSync(place.path, { bigint: true });
      expect(expectOk(await sink.apply(viewOf(["a.test"]))).method).toBe("unchanged");
      const { ino, mtimeNs } = statSync(place.path, { bigint: true });
      expect([ino, mtimeNs]).toEqual([before.ino, before.mtimeNs]);
      await sink[Symbol.asyncDispose]();
      expect(readdirSync(place.folder)).toEqual(["hosts"]);
      expect(readdirSync(join(place.stateFolder, "hosts-file"))).toEqual(["hosts.orig"]);
    });

    test("takes over the user's lines that they agreed to, in one write, and keeps the file as it was", async () => {
      const left = `10.9.9.9 a.test\n${user}`;
      using place = open(left);
      await using sink = await openSink(place);
      const view = viewOf(["a.test"]);
      expect(expectOk(await sink.apply(view)).refused).toHaveLength(1);
      const isWanted = (name: string): boolean => name === "a.test";
      const { userPart = "" } = planAdoption(left, { isWanted, isStale: () => false }) ?? {};
      const adoption = { userPart, isWanted, isStale: (): boolean => false };
      const adopt = async () => {
        let report: SinkReport | undefined;
        const outcome = await sink.adopt(adoption, async () => {
          report = await sink.apply(view);
          return { ok: true };
        });
        if (report === undefined) throw new Error("the view was not shown");
        return { outcome, ...expectOk(report) };
      };
      const { outcome, refused, ...report } = await adopt();
      const adopted = outcome.kind === "adopted" ? outcome.adopted : undefined;
      expect(report).toMatchObject({ method, diff: { added: ["10.0.0.1 a.test"], removed: [] }, notices: [] });
      expect([adopted?.edits.length, refused]).toEqual([1, []]);
      expect(readFileSync(adopted?.copy ?? "", "utf8")).toBe(left);
      expect(outsideOf(readFileSync(place.path, "utf8"))).toBe(`${user}\n`);
      expect(await adopt()).toMatchObject({ method: "unchanged" });
      expect((await adopt()).outcome).toEqual({ kind: "outdated" });
      await sink.apply(emptyView);
      expect(readFileSync(place.path, "utf8")).toBe(user);
    });

    test("keeps mode and owner over several writes", async () => {
      using place = open(user);
      const before = statSync(place.path);
      await using sink = await openSink(place);
      for (const name of ["a.test", "b.test", "c.test"]) await sink.apply(viewOf([name]));
      const { mode, uid, gid } = statSync(place.path);
      expect([mode, uid, gid]).toEqual([before.mode, before.uid, before.gid]);
    });

    test("an edit of the user's is kept and told, and a name in it becomes the user's", async () => {
      using place = open(user);
      let edits = 0;
      await using sink = await openSink(place, () => (edits += 1));
      await sink.apply(viewOf(["a.test", "b.test"]));
      appendFileSync(place.path, "1.2.3.4 b.test # mine\n");
      await expect.poll(() => edits).toBeGreaterThan(0);
      const report = expectOk(await sink.apply(viewOf(["a.test", "b.test"])));
      expect(report.refused).toMatchObject([{ name: "b.test", line: { text: "1.2.3.4 b.test # mine" } }]);
      expect(outsideOf(readFileSync(place.path, "utf8"))).toBe(`${user}\n1.2.3.4 b.test # mine\n`);
    });

    test("3,000 lines that another process appends while 300 names come and go: none is lost, none is changed", async () => {
      using place = open("127.0.0.1 localhost\n");
      const sink = await openSink(place);
      await sink.apply(viewOf(["first.test"]));
      // It appends what it is told, so that its lines come while the sink writes.
      const script = 'while read -r line; do echo "# line $line" >> "$0"; done';
      const appender = spawn("sh", ["-c", script, place.path], { stdio: ["pipe", "inherit", "inherit"] });
      const names = Array.from({ length: 300 }, (_, index) => `n${index}.test`);
      const ended = once(appender, "exit");
      const troubles = new Set<string>();
      for (let count = 0; count < 200; count += 1) {
        const shown = count < 100 ? names.slice(0, count * 3) : names.slice((count - 100) * 3);
        appender.stdin.write(Array.from({ length: 15 }, (_, index) => `${count * 15 + index}\n`).join(""));
        const report = await sink.apply(viewOf(shown));
        if (!report.ok) troubles.add(report.trouble.code);
        await wait(1);
      }
      appender.stdin.end();
      await ended;
      await sink[Symbol.asyncDispose]();
      const lines = new Set(readFileSync(place.path, "utf8").split("\n"));
      const lost = Array.from({ length: 3000 }, (_, index) => `# line ${index}`).filter((line) => !lines.has(line));
      expect(lost).toEqual([]);
      // While lines pour in, a write may give up for now. The test retries, as the reconciler does.
      expect([...troubles].filter((code) => code !== "hosts-file-busy")).toEqual([]);
    });

    test("a reader never meets an empty file, nor the user's part cut", async () => {
      using place = open(user);
      await using sink = await openSink(place);
      await sink.apply(viewOf(["a.test"]));
      const reader = new Worker(readerSource, {
        eval: true,
        workerData: { path: place.path, user: `${user}\n`, method },
      });
      const result = once(reader, "message");
      const names = Array.from({ length: 200 }, (_, index) => `n${index}.test`);
      for (let count = 0; count < 150; count += 1) await sink.apply(viewOf(names.slice(0, 1 + ((count * 37) % 200))));
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin
      reader.postMessage("stop");
      const [{ reads, bad }] = await result;
      expect(reads).toBeGreaterThan(100);
      expect(bad).toEqual([]);
    });

    test("killed at any moment, the file is an old or a new one with the user's part whole, and the next start repairs the rest", async () => {
      using place = open(user);
      for (let round = 0; round < kills; round += 1) {
        const child = spawn(process.execPath, ["test/support/hosts-updater.ts", place.path, place.stateFolder], {
          stdio: ["ignore", "pipe", "inherit"],
        });
        await once(child.stdout, "data");
        await wait(Math.random() * 60);
        await kill(child);
        expect(readFileSync(place.path, "utf8").startsWith(`${user}\n# BEGIN hostsfile-server`)).toBe(true);
        const sink = await openSink(place);
        expectOk(await sink.apply(viewOf(["healed.test"])));
        await sink[Symbol.asyncDispose]();
        expect(shownIn(readFileSync(place.path, "utf8"))).toEqual(["10.0.0.1 healed.test"]);
        expect(outsideOf(readFileSync(place.path, "utf8"))).toBe(`${user}\n`);
        expect(readdirSync(place.folder)).toEqual(["hosts"]);
      }
    });

    test("what another program wrote into the whole file counts as the user's from then on", async () => {
      using place = open(user);
      await using sink = await openSink(place);
      await sink.apply(viewOf(["a.test"]));
      writeFileSync(place.path, "127.0.0.1 localhost\n# rewritten\n");
      const report = expectOk(await sink.apply(viewOf(["a.test"])));
      expect(report.notices.map(({ code }) => code)).toEqual(["hosts-file-block-restored"]);
      expect(outsideOf(readFileSync(place.path, "utf8"))).toBe("127.0.0.1 localhost\n# rewritten\n");
    });
  });
}

async function kill(child: ChildProcess): Promise<void> {
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
}

/** In place a reader may meet the block half written; replaced by rename, every reading must be whole. */
const readerSource = `
  const { parentPort, workerData: { path, user, method } } = require("node:worker_threads");
  const { readFileSync } = require("node:fs");
  let reads = 0;
  const bad = [];
  const whole = (text) => method === "in-place" || text.endsWith("# END hostsfile-server\\n");
  const timer = setInterval(() => {
    for (let count = 0; count < 50; count += 1) {
      const text = readFileSync(path, "utf8");
      reads += 1;
      if (!text.startsWith(user) || !whole(text)) bad.push(text);
    }
  }, 0);
  parentPort.on("message", () => {
    clearInterval(timer);
    parentPort.postMessage({ reads, bad });
    parentPort.close();
  });
`;
