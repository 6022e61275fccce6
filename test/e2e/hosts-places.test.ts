/**
 * Runs the sink's suite where the file cannot be replaced or the disk is small, and resolves what it shows with the
 * real resolver. Needs root. The file runs itself once more in a mount namespace of its own, so that every mount is gone
 * with it.
 */
import { execFileSync, spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { judgeThere } from "../../src/doctor/checks/hosts-file-there.ts";
import { lookAtHostsFile } from "../../src/doctor/looks/hosts-file.ts";
import { withoutCluster } from "../cluster/global-setup.ts";
import { runProgram } from "../../src/base/process.ts";
import { emptyView } from "../../src/records/view.ts";
import { bareDesktop } from "../support/doctor-desktop.ts";
import { type Place, viewOf } from "../support/hosts-place.ts";
import { describeSink, openSink } from "../support/hosts-suite.ts";
import { outsideOf } from "../support/managed-block.ts";

const inside = "HOSTS_PLACES_INSIDE";
const isInside = process.env[inside] === "1";
const isRoot = process.geteuid?.() === 0;
const hasPython = spawnSync("python3", ["--version"]).status === 0;

function run(command: string, ...words: string[]): string {
  return execFileSync(command, words, { encoding: "utf8" });
}

/** A place on a mount of its own. */
function mountedPlace(content: string, mount: (folder: string, root: string) => void): Place {
  const root = mkdtempSync(join(tmpdir(), "hostsfile-server-"));
  const folder = join(root, "etc");
  mkdirSync(folder);
  mount(folder, root);
  const path = join(folder, "hosts");
  writeFileSync(path, content, { mode: 0o644 });
  return {
    folder,
    path,
    stateFolder: join(root, "state"),
    [Symbol.dispose]: () => {
      run("umount", "--recursive", "--lazy", folder);
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** The file itself is a mount, as in a container or under systemd's ReadWritePaths=/etc/hosts. */
function bindMounted(content: string): Place {
  const place = mountedPlace(content, (folder) => run("mount", "--bind", folder, folder));
  const source = join(place.folder, "..", "source");
  writeFileSync(source, content, { mode: 0o644 });
  run("mount", "--bind", source, place.path);
  return place;
}

function onTmpfs(content: string): Place {
  return mountedPlace(content, (folder) => run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder));
}

function onExt4(content: string): Place {
  return mountedPlace(content, (folder, root) => {
    const image = join(root, "image");
    writeFileSync(image, "");
    truncateSync(image, 8 * 1024 * 1024);
    run("mkfs.ext4", "-q", "-m", "0", image);
    run("mount", "-o", "loop", image, folder);
    rmSync(join(folder, "lost+found"), { recursive: true });
  });
}

/** Fills the file system and leaves so many bytes free. */
function fill(folder: string, free: number): void {
  const filler = join(folder, "filler");
  spawnSync("dd", ["if=/dev/zero", `of=${filler}`, "bs=4096", "status=none"]);
  truncateSync(filler, Math.max(0, statSync(filler).size - free));
  spawnSync("sync", ["-f", folder]);
}

function describeOutside(): void {
  test.skipIf(!isRoot)("every place, in a mount namespace of its own (needs root)", () => {
    const vitest = join(import.meta.dirname, "../../node_modules/.bin/vitest");
    const words = ["-m", vitest, "run", "--project", "e2e", fileURLToPath(import.meta.url)];
    const { status, stdout, stderr } = spawnSync("unshare", words, {
      env: { ...process.env, [inside]: "1", [withoutCluster]: "1" },
      encoding: "utf8",
    });
    expect(status === 0 ? "" : stdout + stderr).toBe("");
  });

  test("no mount is left behind", () => {
    expect(readFileSync("/proc/self/mounts", "utf8")).not.toContain(` ${tmpdir()}/`);
  });
}

/** The file runs itself again in a mount namespace, and only there are these tests. */
function describeInside(): void {
  describeSink({ title: "a bind-mounted hosts file", method: "in-place", open: bindMounted, kills: 8 });
  describeSink({ title: "a hosts file on tmpfs", method: "rename", open: onTmpfs, kills: 8 });
  describeSink({ title: "a hosts file on ext4 of its own", method: "rename", open: onExt4, kills: 8 });

  const names = Array.from({ length: 2000 }, (_, index) => `a-rather-long-name-${index}.some.domain.test`);
  const user = `127.0.0.1 localhost\n${"# the user's\n".repeat(500)}`;
  describe.each([
    ["tmpfs", onTmpfs],
    ["ext4", onExt4],
  ])("a full disk: %s", (_title, open) => {
    test.each([0, 1, 4, 8, 16, 24, 32, 48, 64])("%i KiB free: the old content stays, and it heals", async (free) => {
      using place = open(user);
      await using sink = await openSink(place);
      expect(await sink.apply(viewOf(["a.test"]))).toMatchObject({ ok: true });
      const before = readFileSync(place.path, "utf8");
      fill(place.folder, free * 1024);
      const report = await sink.apply(viewOf(names));
      const after = readFileSync(place.path, "utf8");
      expect(report).toMatchObject({ ok: false, trouble: { code: "hosts-file-disk-full" } });
      expect(after).toBe(before);
      expect(outsideOf(after)).toBe(user);
      expect(readdirSync(place.folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
      rmSync(join(place.folder, "filler"));
      expect(await sink.apply(viewOf(names))).toMatchObject({ ok: true });
      expect(await sink.apply(emptyView)).toMatchObject({ ok: true });
      expect(readFileSync(place.path, "utf8")).toBe(user);
    });
  });

  test("a full disk under a file that is written in place: not a byte of it changes", async () => {
    for (const free of [0, 4, 16, 64]) {
      using place = onExt4(user);
      const source = join(place.folder, "source");
      writeFileSync(source, user);
      run("mount", "--bind", source, place.path);
      await using sink = await openSink(place);
      expect(await sink.apply(viewOf(["a.test"]))).toMatchObject({ ok: true, method: "in-place" });
      const before = readFileSync(place.path, "utf8");
      fill(place.folder, free * 1024);
      expect(await sink.apply(viewOf(names))).toMatchObject({ ok: false, trouble: { code: "hosts-file-disk-full" } });
      expect(readFileSync(place.path, "utf8")).toBe(before);
      rmSync(join(place.folder, "filler"));
      expect(await sink.apply(viewOf(names))).toMatchObject({ ok: true });
    }
  });

  test("a full disk under the state folder: the file is not written before a copy of it is kept", async () => {
    using place = onTmpfs(user);
    fill(place.folder, 0);
    using elsewhere = bindMounted(user);
    await using sink = await openSink({ ...elsewhere, stateFolder: join(place.folder, "state") });
    expect(await sink.apply(viewOf(["a.test"]))).toMatchObject({
      ok: false,
      trouble: { code: "hosts-file-copy-failed" },
    });
    expect(readFileSync(elsewhere.path, "utf8")).toBe(user);
    rmSync(join(place.folder, "filler"));
    expect(await sink.apply(viewOf(["a.test"]))).toMatchObject({ ok: true });
  });

  test("protected by chattr +i: left as it is, said how to lift it, and healed by rename", async () => {
    using place = onExt4(user);
    await using sink = await openSink(place);
    run("chattr", "+i", place.path);
    expect(await sink.apply(viewOf(["a.test"]))).toMatchObject({
      ok: false,
      trouble: { code: "hosts-file-permission", command: `sudo chattr -ia ${place.path}` },
    });
    expect(readFileSync(place.path, "utf8")).toBe(user);
    run("chattr", "-i", place.path);
    expect(await sink.apply(viewOf(["a.test"]))).toMatchObject({ ok: true, method: "rename" });
  });

  test("a read-only bind mount reports that it is read-only, not that it is busy, and heals", async () => {
    using place = bindMounted(user);
    run("mount", "-o", "remount,bind,ro", place.path);
    await using sink = await openSink(place);
    expect(await sink.apply(viewOf(["a.test"]))).toMatchObject({
      ok: false,
      trouble: { code: "hosts-file-read-only" },
    });
    run("mount", "-o", "remount,bind,rw", place.path);
    expect(await sink.apply(viewOf(["a.test"]))).toMatchObject({ ok: true, method: "in-place" });
  });

  test("replaced behind its mount: nothing is written, it is said how to mount it, doctor says so, and it heals", async () => {
    using place = bindMounted(user);
    const source = join(place.folder, "..", "source");
    await using sink = await openSink(place);
    expect(await sink.apply(viewOf(["a.test"]))).toMatchObject({ ok: true, method: "in-place" });
    const before = readFileSync(place.path, "utf8");
    writeFileSync(`${source}.new`, user);
    renameSync(`${source}.new`, source);
    expect(statSync(place.path).nlink).toBe(0);
    for (const name of ["a.test", "b.test"]) {
      expect(await sink.apply(viewOf([name]))).toMatchObject({
        ok: false,
        trouble: { code: "hosts-file-orphaned", hint: expect.stringContaining("Mount the folder of the file") },
      });
    }
    expect([readFileSync(place.path, "utf8"), readFileSync(source, "utf8")]).toEqual([before, user]);
    const desktop = bareDesktop({ hostsFile: place.path, run: runProgram, readFile: async (path) => readFile(path) });
    expect(judgeThere(await lookAtHostsFile(desktop))).toMatchObject({ grade: "problem", code: "hosts-file-orphaned" });
    run("umount", place.path);
    run("mount", "--bind", source, place.path);
    expect(await sink.apply(viewOf(["b.test"]))).toMatchObject({ ok: true, method: "in-place" });
    expect(outsideOf(readFileSync(source, "utf8"))).toBe(user);
  });

  test("one file by three paths: the first process is the only writer, and the next one can name it", async () => {
    using place = bindMounted(user);
    const source = join(place.folder, "..", "source");
    const again = join(place.folder, "again");
    writeFileSync(again, "");
    run("mount", "--bind", source, again);
    const paths = [source, place.path, again];
    for (const path of paths) {
      const first = await openSink({ ...place, path });
      expect(await first.apply(emptyView)).toMatchObject({ ok: true });
      for (const other of paths) {
        const words = ["test/support/hosts-locker.ts", other, place.stateFolder];
        const { stdout } = spawnSync(process.execPath, words, { input: "", encoding: "utf8" });
        expect(JSON.parse(stdout)).toMatchObject({ state: "taken", holder: { pid: process.pid, what: "test" } });
      }
      await first[Symbol.asyncDispose]();
    }
    expect(readdirSync(place.folder).toSorted()).toEqual(["again", "hosts"]);
  });

  test("a file that is mounted on itself has one lock", async () => {
    using place = onTmpfs(user);
    run("mount", "--bind", place.path, place.path);
    await using sink = await openSink(place);
    expect(sink.lock.state).toBe("held");
    expect(await sink.apply(viewOf(["a.test"]))).toMatchObject({ ok: true, method: "in-place" });
  });

  test("a read-only file system: no lock for now, and it heals", async () => {
    using place = onTmpfs(user);
    run("mount", "-o", "remount,ro", place.folder);
    await using sink = await openSink(place);
    expect(sink.lock.state).toBe("unavailable");
    expect(await sink.apply(viewOf(["a.test"]))).toMatchObject({ ok: false });
    run("mount", "-o", "remount,rw", place.folder);
    expect(await sink.apply(viewOf(["a.test"]))).toMatchObject({ ok: true, method: "rename" });
    expect(sink.lock.state).toBe("held");
  });

  test("only the file is granted (systemd ReadWritePaths=/etc/hosts): written in place, the lock is in the state folder", async () => {
    using place = onTmpfs("");
    const source = join(place.folder, "..", "source");
    writeFileSync(source, user);
    run("mount", "--bind", source, place.path);
    run("mount", "-o", "remount,ro", place.folder);
    await using sink = await openSink(place);
    expect(sink.lock.state).toBe("held");
    expect(await sink.apply(viewOf(["a.test"]))).toMatchObject({ ok: true, method: "in-place" });
    expect(await sink.apply(emptyView)).toMatchObject({ ok: true, method: "in-place" });
    expect(readFileSync(place.path, "utf8")).toBe(user);
  });

  test.skipIf(!hasPython)("access list and attributes survive every write (python3 sets them)", async () => {
    using place = onExt4(user);
    // linux/posix_acl_xattr.h: version 2, then tag, permissions, id: owner rw, user 1 rw, group r, mask rw, others r.
    const list =
      'b"".join([struct.pack("<I", 2)] + [struct.pack("<HHI", *e) for e in [(1,6,-1&0xffffffff),(2,6,1),(4,4,-1&0xffffffff),(16,6,-1&0xffffffff),(32,4,-1&0xffffffff)]])';
    const setAll = `import os,struct,sys; os.setxattr(sys.argv[1], "system.posix_acl_access", ${list}); os.setxattr(sys.argv[1], "user.note", b"mine")`;
    const getAll =
      "import os,sys; print([(n, os.getxattr(sys.argv[1], n)) for n in sorted(os.listxattr(sys.argv[1]))])";
    run("python3", "-c", setAll, place.path);
    const before = run("python3", "-c", getAll, place.path);
    expect(before).toContain("posix_acl_access");
    await using sink = await openSink(place);
    for (const name of ["a.test", "b.test", "c.test"]) {
      expect(await sink.apply(viewOf([name]))).toMatchObject({ ok: true, method: "rename" });
      expect(run("python3", "-c", getAll, place.path)).toBe(before);
    }
  });

  test("without a single inotify watch left, an edit is still noticed", async () => {
    using place = onTmpfs(user);
    const script = `
      import { watchHostsFile } from "./src/sinks/hosts-file/watch.ts";
      const [path] = process.argv.slice(-1);
      const watch = watchHostsFile({ realPath: path, path, pollInterval: 250, onPossibleChange: () => { console.log("look"); process.exit(); } });
      setTimeout(() => process.getBuiltinModule("node:fs").appendFileSync(path, "x"), 200);
      setTimeout(() => process.exit(1), 10_000);`;
    const command =
      'echo 0 > /proc/sys/user/max_inotify_watches && exec "$0" --input-type=module-typescript -e "$1" "$2"';
    const words = ["--user", "--map-root-user", "sh", "-c", command, process.execPath, script, place.path];
    expect(run("unshare", ...words)).toBe("look\n");
  });

  test.each([
    ["over the file, which is written in place", "in-place"],
    ["over its folder, where it is replaced", "rename"],
  ])("the real resolver finds what is shown, and not what is gone: a mount %s", async (_title, method) => {
    using place = method === "in-place" ? bindMounted("127.0.0.1 localhost") : onTmpfs("127.0.0.1 localhost");
    await using sink = await openSink(place);
    const lookUp = (name: string): string => {
      const command = 'mount --bind "$0" /etc/hosts && getent ahosts "$1"';
      const { stdout } = spawnSync("unshare", ["-m", "sh", "-c", command, place.path, name], { encoding: "utf8" });
      return stdout.split(" ")[0] ?? "";
    };
    expect(await sink.apply(viewOf(["foo.dtk.io", "bar.dtk.io"], "192.0.2.7"))).toMatchObject({ ok: true, method });
    expect([lookUp("foo.dtk.io"), lookUp("bar.dtk.io"), lookUp("localhost")]).toEqual([
      "192.0.2.7",
      "192.0.2.7",
      "127.0.0.1",
    ]);
    await sink.apply(viewOf(["bar.dtk.io"], "2001:db8::7"));
    expect([lookUp("foo.dtk.io"), lookUp("bar.dtk.io")]).toEqual(["", "2001:db8::7"]);
    await sink.apply(emptyView);
    expect(lookUp("bar.dtk.io")).toBe("");
    expect(readFileSync(place.path, "utf8")).toBe("127.0.0.1 localhost");
  });
}

if (isInside) describeInside();
else describeOutside();
