/** A program that had the hosts file open before we replaced it loses nothing, however late it writes. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  renameSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { type Place, plainPlace } from "../../../../test/support/hosts-place.ts";
import { type FileAccess, fileAccess } from "./file-access.ts";
import { HostsFileWriter } from "./writer.ts";

const users = "127.0.0.1 localhost\n";

/** Longer than the first look at a replaced file, which is as much as was ever waited for. */
const later = 500;

interface Told {
  readonly copies: (string | undefined)[];
}

function writerOf({ path, stateFolder }: Place, files: FileAccess = fileAccess, told: Told = { copies: [] }) {
  return new HostsFileWriter({ files, path, folder: stateFolder, onLateEdit: (copy) => told.copies.push(copy) });
}

/** Puts a line of ours at the end in the place of the last one. */
function show(writer: HostsFileWriter, line: string): Promise<unknown> {
  return writer.update((bytes) => {
    const text = bytes.toString("latin1").replaceAll(/^10\..*\n/gm, "");
    return { bytes: Buffer.from(`${text}10.0.0.1 ${line}\n`, "latin1"), keepCopy: false };
  });
}

/** A real `tee -a` that has the file open; it writes what it is given, when it is given. */
async function tee(
  path: string,
): Promise<AsyncDisposable & { write: (text: string) => void; end: () => Promise<void> }> {
  const child = spawn("tee", ["-a", path], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "exit");
  child.stdin.write("# open\n");
  await once(child.stdout, "data");
  const end = async (): Promise<void> => {
    child.stdin.end();
    await ended;
  };
  return { write: (text) => void child.stdin.write(text), end, [Symbol.asyncDispose]: end };
}

/** The kernel of another system, or a file system of its own kind: neither exchange nor lease. */
const plainFiles: FileAccess = {
  ...fileAccess,
  open: (path, flags, mode) => ({ ...fileAccess.open(path, flags, mode), hasWriter: () => undefined }),
  exchange: () => false,
};

const hasCalls = process.platform === "linux" && spawnSync("cc", ["--version"]).status === 0;

function textOf({ path }: Place): string {
  return readFileSync(path, "utf8");
}

/** Descriptors of this process that lead to a hosts file of the place. */
function openFiles({ folder }: Place): number {
  return readdirSync("/proc/self/fd").filter((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`).startsWith(folder);
    } catch {
      return false;
    }
  }).length;
}

describe.each([
  ["with the kernel's help", fileAccess, hasCalls],
  ["without it", plainFiles, true],
] as const)("a line typed long after the file was replaced, %s", (_how, files, isPossible) => {
  test.skipIf(!isPossible)("reaches the file while the program goes on, and so does the next one", async () => {
    using place = plainPlace(users);
    await using program = await tee(place.path);
    await using writer = writerOf(place, files);
    await show(writer, "a.test");
    for (const line of ["# one\n", "# two\n"]) {
      await sleep(later);
      program.write(line);
      await expect.poll(() => textOf(place)).toContain(line);
    }
    expect(textOf(place)).toBe(`${users}# open\n10.0.0.1 a.test\n# one\n# two\n`);
  });

  test.skipIf(!isPossible)("half a line waits for its other half", async () => {
    using place = plainPlace(users);
    await using program = await tee(place.path);
    {
      await using writer = writerOf(place, files);
      await show(writer, "a.test");
      program.write("# whole\n# ha");
      await expect.poll(() => textOf(place)).toContain("# whole\n");
      program.write("lf\n");
      await program.end();
    }
    expect(textOf(place)).toBe(`${users}# open\n10.0.0.1 a.test\n# whole\n# half\n`);
  });
});

describe.skipIf(!hasCalls)("with the kernel's help", () => {
  test("a hundred changes later the line still reaches the file", async () => {
    using place = plainPlace(users);
    await using program = await tee(place.path);
    await using writer = writerOf(place);
    for (let count = 0; count < 100; count += 1) await show(writer, `n${count}.test`);
    await sleep(later);
    program.write("# late\n");
    await expect.poll(() => textOf(place)).toContain("# late\n");
  });

  test("nobody writes: nothing lies beside the file, and nothing is held open for long", async () => {
    using place = plainPlace(users);
    await using writer = writerOf(place);
    for (let count = 0; count < 10; count += 1) await show(writer, `n${count}.test`);
    expect(readdirSync(place.folder)).toEqual(["hosts"]);
    await expect.poll(() => openFiles(place)).toBe(0);
  });

  test("the writer stops: the next one finds the line, and removes what lay beside the file", async () => {
    using place = plainPlace(users);
    await using program = await tee(place.path);
    {
      await using writer = writerOf(place);
      await show(writer, "a.test");
      program.write("# before\n");
      await expect.poll(() => textOf(place)).toContain("# before\n");
    }
    expect(readdirSync(place.folder)).toHaveLength(2);
    program.write("# between\n");
    await sleep(later);
    await using writer = writerOf(place);
    await writer.recover();
    // A second recovery, as when the lock is taken again, takes no line twice.
    await writer.recover();
    await expect.poll(() => textOf(place)).toContain("# between\n");
    program.write("# after\n");
    await program.end();
    await expect.poll(() => readdirSync(place.folder)).toEqual(["hosts"]);
    expect(textOf(place)).toBe(`${users}# open\n10.0.0.1 a.test\n# before\n# between\n# after\n`);
  });

  test("the writer is killed: the next one finds the line", async () => {
    using place = plainPlace(users);
    await using program = await tee(place.path);
    await killAfterChange(place);
    program.write("# late\n");
    await program.end();
    {
      await using writer = writerOf(place);
      await writer.recover();
    }
    expect(textOf(place)).toBe(`${users}# open\nchanged\n# late\n`);
    expect(readdirSync(place.folder)).toEqual(["hosts"]);
  });

  test("written anew after the writer stopped: kept as a copy, and told", async () => {
    using place = plainPlace(users);
    const descriptor = openSync(place.path, "r+");
    const told: Told = { copies: [] };
    {
      await using writer = writerOf(place);
      await show(writer, "a.test");
    }
    ftruncateSync(descriptor);
    writeSync(descriptor, "# saved by an editor\n", 0);
    {
      await using writer = writerOf(place, fileAccess, told);
      await writer.recover();
      await sleep(later);
      // Half of what an editor writes is not a file.
      expect(told.copies).toEqual([]);
      closeSync(descriptor);
    }
    expect(told.copies.map((copy) => readFileSync(copy ?? "", "utf8"))).toEqual(["# saved by an editor\n"]);
    expect(readdirSync(place.folder)).toEqual(["hosts"]);
  });

  test("a file on the place of one that was put aside is not taken for it", async () => {
    using place = plainPlace(users);
    for (const name of [".hosts.hostsfile-server.x.1.y.old", ".hosts.old"]) {
      writeFileSync(`${place.folder}/${name}`, "# foreign\n");
    }
    {
      await using writer = writerOf(place);
      await writer.recover();
    }
    expect(textOf(place)).toBe(users);
  });
});

test("without the kernel's help 32 replaced files are held open, no more, and none in the end", async () => {
  using place = plainPlace(users);
  {
    await using writer = writerOf(place, plainFiles);
    for (let count = 0; count < 150; count += 1) await show(writer, `n${count}.test`);
    await expect.poll(() => openFiles(place)).toBeLessThanOrEqual(32);
    expect(openFiles(place)).toBeGreaterThan(0);
  }
  expect(openFiles(place)).toBe(0);
});

/** Changes the file in another process, which is killed at once. */
async function killAfterChange({ path, stateFolder }: Place): Promise<void> {
  const script = `
    import { HostsFileWriter } from "./src/sinks/hosts-file/writer/writer.ts";
    import { fileAccess } from "./src/sinks/hosts-file/writer/file-access.ts";
    const [path, stateFolder] = process.argv.slice(-2);
    const writer = new HostsFileWriter({ files: fileAccess, path, folder: stateFolder, onLateEdit: () => {} });
    await writer.update((bytes) => ({ bytes: Buffer.concat([bytes, Buffer.from("changed\\n")]), keepCopy: false }));
    process.kill(process.pid, "SIGKILL");`;
  const words = ["--input-type=module-typescript", "-e", script, path, stateFolder];
  const child: ChildProcess = spawn(process.execPath, words, { stdio: "inherit" });
  await once(child, "exit");
}

describe.skipIf(!hasCalls)("an editor that saves by rename in the very last moment", () => {
  /** Lets an editor save before each of the first exchanges, after every look at the file. */
  function interrupted(place: Place, saves: readonly string[]): FileAccess {
    const left = [...saves];
    return {
      ...fileAccess,
      exchange(from, to) {
        const save = left.shift();
        if (save === "") unlinkSync(place.path);
        else if (save !== undefined) {
          writeFileSync(`${place.path}~`, save);
          renameSync(`${place.path}~`, place.path);
        }
        return fileAccess.exchange(from, to);
      },
    };
  }

  test.each([
    ["once", [`${users}# saved\n`], `${users}# saved\n10.0.0.1 a.test\n`],
    ["again while ours lies there", ["# first\n", "# second\n"], "# second\n10.0.0.1 a.test\n"],
    ["and again", ["# first\n", "# second\n", "# third\n"], "# third\n10.0.0.1 a.test\n"],
    ["by removing the file", [""], "10.0.0.1 a.test\n"],
  ])("%s: what it saved last is kept, and read again", async (_how, saves, expected) => {
    using place = plainPlace(users);
    await using writer = writerOf(place, interrupted(place, saves));
    await show(writer, "a.test");
    expect(textOf(place)).toBe(expected);
    expect(readdirSync(place.folder)).toEqual(["hosts"]);
  });
});
