/** Proves that whichever call fails, the hosts file ends with old or new bytes; and what happens around a write. */
import {
  appendFileSync,
  chmodSync,
  chownSync,
  closeSync,
  constants,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { execFileSync, spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { failingFiles } from "../../../../test/support/failing-files.ts";
import { type Place, plainPlace } from "../../../../test/support/hosts-place.ts";
import { type FileAccess, fileAccess } from "./file-access.ts";
import { hostsFileTrouble } from "../hosts-file-trouble.ts";
import { HostsFileWriter, type Written } from "./writer.ts";
import { TroubleError } from "../../../base/trouble.ts";

const oldText = "127.0.0.1 localhost\n# the user's\n";
const newText = `${oldText}10.0.0.1 a.test\n10.0.0.1 b.test\n`;

function writerOf(
  { path, stateFolder }: Place,
  files: FileAccess = fileAccess,
  onLateEdit = (): void => {},
): HostsFileWriter {
  return new HostsFileWriter({ files, path, folder: stateFolder, onLateEdit });
}

function write(writer: HostsFileWriter, text: string): Promise<Written> {
  return writer.update(() => ({ bytes: Buffer.from(text), userPart: oldText, keepCopy: false }));
}

/** A file system on which nothing can be renamed over the hosts file, as over a bind mount. */
function refusingRename(files: FileAccess, path: string): FileAccess {
  const refuse = (to: string): void => {
    if (to === path) throw Object.assign(new Error("EBUSY"), { code: "EBUSY" });
  };
  return {
    ...files,
    rename: (from, to) => (refuse(to), files.rename(from, to)),
    exchange: (from, to) => (refuse(to), files.exchange(from, to)),
  };
}

interface FailEach {
  readonly inPlace: boolean;
  readonly from: string;
  readonly to: string;
  readonly code: string;
  readonly forever: boolean;
  /** Looks at what is left; `failed` says whether the write was reported to have failed. */
  readonly examine: (place: Place, failed: boolean, call: string) => void | Promise<void>;
}

/** Fails every call of one write in turn, and returns how many there are. */
async function failEach(options: FailEach): Promise<number> {
  const count = await failAt(options, Infinity);
  await Promise.all(Array.from({ length: count }, (_, at) => failAt(options, at)));
  return count;
}

async function failAt({ inPlace, from, to, code, forever, examine }: FailEach, at: number): Promise<number> {
  using place = plainPlace(from);
  const { files, calls } = failingFiles(at, code, forever);
  let failed = false;
  {
    await using writer = writerOf(place, inPlace ? refusingRename(files, place.path) : files);
    await write(writer, to).catch(() => (failed = true));
  }
  await examine(place, failed, `call ${at}: ${calls[at] ?? "none"}`);
  return calls.length;
}

/** What the file may hold after a write: the new bytes, or the old ones if the write was reported to have failed. */
function expectOneOf(allowed: readonly string[], found: string, call: string): void {
  expect(allowed.map((text) => ({ call, text }))).toContainEqual({ call, text: found });
}

describe.concurrent("a file system on which one call fails", () => {
  test.each([
    ["EIO", false],
    ["ENOSPC", true],
  ])(
    "by rename, with %s (and every later one: %s): old or new bytes, no temporary file, the next write heals",
    async (code, forever) => {
      const examine: FailEach["examine"] = async (place, failed, call) => {
        expectOneOf(failed ? [oldText, newText] : [newText], readFileSync(place.path, "utf8"), call);
        // Only a failing unlink can leave a temporary file; the next start sweeps it.
        const left = readdirSync(place.folder).filter((name) => name.endsWith(".tmp"));
        expect({ call, left: call.endsWith("unlink") ? [] : left }).toEqual({ call, left: [] });
        await using writer = writerOf(place);
        await writer.recover();
        await write(writer, newText);
        expectOneOf([newText], readFileSync(place.path, "utf8"), call);
        expect({ call, names: readdirSync(place.folder) }).toEqual({ call, names: ["hosts"] });
      };
      const count = await failEach({ inPlace: false, from: oldText, to: newText, code, forever, examine });
      expect(count).toBeGreaterThan(20);
    },
  );

  test.each([
    ["grows", "ENOSPC", oldText, newText],
    ["shrinks", "EIO", newText, oldText],
  ])(
    "in place, when the file %s, with %s: the user's part whole, and the next start makes it whole",
    async (_how, code, from, to) => {
      const examine: FailEach["examine"] = async (place, failed, call) => {
        const found = readFileSync(place.path, "utf8");
        expectOneOf([oldText], found.slice(0, oldText.length), call);
        expectOneOf(failed ? [found] : [to], found, call);
        await using writer = writerOf(place, refusingRename(fileAccess, place.path));
        await writer.recover();
        expectOneOf([from, to], readFileSync(place.path, "utf8"), call);
        await write(writer, to);
        expectOneOf([to], readFileSync(place.path, "utf8"), call);
      };
      const count = await failEach({ inPlace: true, from, to, code, forever: false, examine });
      expect(count).toBeGreaterThan(20);
    },
  );
});

describe.concurrent("what is at the path", () => {
  test("a link stays a link, and its target changes", async () => {
    using place = plainPlace(oldText);
    const link = join(place.folder, "link");
    symlinkSync("hosts", link);
    await using writer = writerOf({ ...place, path: link });
    await write(writer, newText);
    expect(readlinkSync(link)).toBe("hosts");
    expect(readFileSync(place.path, "utf8")).toBe(newText);
  });

  test("another name of the same inode keeps the old bytes, as a snapshot of the system needs", async () => {
    using place = plainPlace(oldText);
    const other = join(place.folder, "other");
    linkSync(place.path, other);
    await using writer = writerOf(place);
    await write(writer, newText);
    expect(readFileSync(other, "utf8")).toBe(oldText);
  });

  test("a missing file is created, readable for everybody, and never over one that just appeared", async () => {
    using place = plainPlace("");
    unlinkSync(place.path);
    const { files, calls } = failingFiles(Infinity, "");
    await using writer = writerOf(place, files);
    expect(await write(writer, newText)).toMatchObject({ method: "rename", created: true });
    expect(statSync(place.path).mode & 0o777).toBe(0o644);
    expect(calls).toContain("link");
    expect(calls.filter((call) => call === "rename")).toEqual([]);
  });

  test.each([
    ["a folder", (path: string) => mkdirSync(path), "hosts-file-not-regular"],
    ["a named pipe", (path: string) => execFileSync("mkfifo", [path]), "hosts-file-not-regular"],
    ["a link to nowhere", (path: string) => symlinkSync("nowhere", path), "hosts-file-folder-missing"],
    ["a link in a circle", (path: string) => symlinkSync("hosts", path), "hosts-file-not-regular"],
  ])("%s is refused and left alone", async (_what, make, code) => {
    using place = plainPlace("");
    unlinkSync(place.path);
    make(place.path);
    await using writer = writerOf(place);
    const error: unknown = await write(writer, newText).catch((thrown: unknown) => thrown);
    expect(hostsFileTrouble(error, place.path)?.code).toBe(code);
    expect(readdirSync(place.folder)).toEqual(["hosts"]);
  });

  test("an unreadable file is never taken for an empty one", async () => {
    using place = plainPlace(oldText);
    const { files } = failingFiles(2, "EIO");
    await using writer = writerOf(place, files);
    let asked = 0;
    await expect(writer.update(() => (asked++, undefined))).rejects.toThrow("EIO");
    expect(asked).toBe(0);
  });

  test.skipIf(process.geteuid?.() !== 0)("mode and a foreign owner are kept (needs root)", async () => {
    using place = plainPlace(oldText);
    chownSync(place.path, 1, 2);
    chmodSync(place.path, 0o664);
    await using writer = writerOf(place);
    await write(writer, newText);
    await write(writer, oldText);
    const { uid, gid, mode } = statSync(place.path);
    expect([uid, gid, mode & 0o7777]).toEqual([1, 2, 0o664]);
  });
});

describe.concurrent("somebody edits meanwhile", () => {
  test("between reading and replacing: the edit is read again and kept", async () => {
    using place = plainPlace(oldText);
    await using writer = writerOf(place);
    let round = 0;
    await writer.update((bytes) => {
      if (round++ === 0) appendFileSync(place.path, "# meanwhile\n");
      return { bytes: Buffer.concat([bytes, Buffer.from("10.0.0.1 a.test\n")]), keepCopy: false };
    });
    expect([round, readFileSync(place.path, "utf8")]).toEqual([2, `${oldText}# meanwhile\n10.0.0.1 a.test\n`]);
  });

  test("an edit of the same length in the same moment is still an edit", async () => {
    using place = plainPlace(oldText);
    await using writer = writerOf(place);
    let round = 0;
    await writer.update((bytes) => {
      if (round++ === 0) writeFileSync(place.path, oldText.replace("user", "USER"));
      return { bytes: Buffer.concat([bytes, Buffer.from("10.0.0.1 a.test\n")]), keepCopy: false };
    });
    expect(readFileSync(place.path, "utf8")).toContain("USER");
  });

  test("every time: it gives up for now, leaves the file alone and says how to find out who", async () => {
    using place = plainPlace(oldText);
    await using writer = writerOf(place);
    const error: unknown = await writer
      .update(() => {
        appendFileSync(place.path, "x\n");
        return { bytes: Buffer.from(newText), keepCopy: false };
      })
      .catch((thrown: unknown) => thrown);
    expect(error instanceof TroubleError && error.code).toBe("hosts-file-busy");
    expect(readFileSync(place.path, "utf8")).toBe(`${oldText}${"x\n".repeat(5)}`);
    expect(readdirSync(place.folder)).toEqual(["hosts"]);
  });

  test("appended through a descriptor that was opened before the replacement: carried over, and told", async () => {
    using place = plainPlace(oldText);
    let told = 0;
    const descriptor = openSync(place.path, "a");
    {
      await using writer = writerOf(place, fileAccess, () => (told += 1));
      await write(writer, newText);
      writeSync(descriptor, "# late\n");
      closeSync(descriptor);
    }
    expect([told, readFileSync(place.path, "utf8")]).toEqual([1, `${newText}# late\n`]);
  });

  test("a later write does not lose what came late to an earlier one", async () => {
    using place = plainPlace(oldText);
    const descriptor = openSync(place.path, "a");
    {
      await using writer = writerOf(place);
      await write(writer, newText);
      writeSync(descriptor, "# late\n");
      closeSync(descriptor);
      await write(writer, oldText);
    }
    expect(readFileSync(place.path, "utf8")).toBe(`${oldText}# late\n`);
  });

  test("it is brought in although another program keeps editing the file", async () => {
    using place = plainPlace(oldText);
    let edits = 0;
    const busy: FileAccess = {
      ...fileAccess,
      // After the file was read, and before the last look at it.
      open: (path, flags, mode) => {
        if (isLate && dirname(path) === place.folder && path.endsWith(".tmp") && edits++ < 7) {
          appendFileSync(place.path, "x\n");
        }
        return fileAccess.open(path, flags, mode);
      },
    };
    let isLate = false;
    const copies: (string | undefined)[] = [];
    const descriptor = openSync(place.path, "a");
    {
      await using writer = writerOf(place, busy, (copy?: string) => copies.push(copy));
      await write(writer, newText);
      writeSync(descriptor, "# late\n");
      closeSync(descriptor);
      isLate = true;
    }
    expect(copies).toEqual([undefined]);
    expect(readFileSync(place.path, "utf8").split("\n")).toContain("# late");
  });

  test("written anew through such a descriptor: that is the user's file then", async () => {
    using place = plainPlace(oldText);
    const descriptor = openSync(place.path, "r+");
    {
      await using writer = writerOf(place);
      await write(writer, newText);
      ftruncateSync(descriptor);
      writeSync(descriptor, "127.0.0.1 localhost\n# saved by an editor\n", 0);
      closeSync(descriptor);
    }
    expect(readFileSync(place.path, "utf8")).toBe("127.0.0.1 localhost\n# saved by an editor\n");
  });

  test("written anew when the file has moved on: kept as a copy", async () => {
    using place = plainPlace(oldText);
    const copies: (string | undefined)[] = [];
    const descriptor = openSync(place.path, "r+");
    {
      await using writer = writerOf(place, fileAccess, (copy?: string) => copies.push(copy));
      await write(writer, newText);
      ftruncateSync(descriptor);
      writeSync(descriptor, "# saved by an editor\n", 0);
      closeSync(descriptor);
      await write(writer, oldText);
    }
    expect(readFileSync(place.path, "utf8")).toBe(oldText);
    expect(readFileSync(copies[0] ?? "", "utf8")).toBe("# saved by an editor\n");
  });
});

describe.concurrent("what came late and cannot be brought in", () => {
  test("is kept as a copy, and told", async () => {
    using place = plainPlace(oldText);
    const copies: (string | undefined)[] = [];
    const descriptor = openSync(place.path, "a");
    {
      await using writer = writerOf(place, fileAccess, (copy?: string) => copies.push(copy));
      await write(writer, newText);
      writeSync(descriptor, "# late\n");
      closeSync(descriptor);
      rmSync(place.path);
      mkdirSync(place.path);
    }
    expect(copies.map((copy) => readFileSync(copy ?? "", "utf8"))).toEqual(["# late\n"]);
  });
});

describe.concurrent("copies of the user's file", () => {
  test("a clock that was set back does not make the new one the oldest, which goes first", async () => {
    using place = plainPlace("damaged\n");
    mkdirSync(place.stateFolder, { recursive: true });
    for (const day of [1, 2, 3, 4, 5]) {
      writeFileSync(join(place.stateFolder, `hosts.9999-01-0${day}T00-00-00.000Z.copy`), "old\n");
    }
    await using writer = writerOf(place);
    for (const [count, text] of ["repaired\n", "repaired again\n"].entries()) {
      const { copy } = await writer.update(() => ({ bytes: Buffer.from(text), keepCopy: true }));
      expect(readFileSync(copy ?? "", "utf8")).toBe(count === 0 ? "damaged\n" : "repaired\n");
    }
  });

  test("the first is kept for ever, the last five beside it, and only when the user's part changed", async () => {
    using place = plainPlace("first\n");
    await using writer = writerOf(place);
    const change = (): Promise<Written> =>
      writer.update((bytes) => ({
        bytes: Buffer.concat([bytes, Buffer.from("+")]),
        userPart: bytes.toString().replaceAll("+", ""),
        keepCopy: false,
      }));
    for (let count = 0; count < 8; count += 1) {
      await change();
      await change();
      writeFileSync(place.path, `edit ${count}\n`);
    }
    const names = readdirSync(place.stateFolder).toSorted();
    const contents = names.map((name) => readFileSync(join(place.stateFolder, name), "utf8"));
    expect(names).toHaveLength(6);
    expect(contents).toEqual(["edit 2\n", "edit 3\n", "edit 4\n", "edit 5\n", "edit 6\n", "first\n"]);
    expect(statSync(join(place.stateFolder, names[0] ?? "")).mode & 0o777).toBe(0o600);
  });
});

test("a write that stores less than asked is gone on with", async () => {
  using place = plainPlace(oldText);
  const stingy: FileAccess = {
    ...fileAccess,
    open: (path, flags, mode) => {
      const file = fileAccess.open(path, flags, mode);
      return { ...file, write: (bytes, position) => file.write(bytes.subarray(0, 7), position) };
    },
  };
  for (const files of [stingy, refusingRename(stingy, place.path)]) {
    await using writer = writerOf(place, files);
    await write(writer, newText);
    expect(readFileSync(place.path, "utf8")).toBe(newText);
    await write(writer, oldText);
    expect(readFileSync(place.path, "utf8")).toBe(oldText);
  }
});

test("a disk that is full under a write in place: the blank lines are taken back at once, what others appended is not", async () => {
  using place = plainPlace(oldText);
  const full: FileAccess = {
    ...refusingRename(fileAccess, place.path),
    open: (path, flags, mode) => {
      const file = fileAccess.open(path, flags, mode);
      if ((flags & constants.O_APPEND) === 0) return file;
      const fail = (bytes: Uint8Array): number => {
        appendFileSync(place.path, "# theirs\n");
        file.write(bytes.subarray(0, 9), null);
        throw Object.assign(new Error("full"), { code: "ENOSPC" });
      };
      return { ...file, write: fail };
    },
  };
  await using writer = writerOf(place, full);
  await expect(write(writer, newText)).rejects.toThrow("full");
  expect(readFileSync(place.path, "utf8")).toBe(`${oldText}# theirs\n`);
});

test.each([
  ["grows", "before the space is taken", oldText, newText],
  ["grows", "after it", oldText, newText],
  ["shrinks", "after it", newText, oldText],
])("in place, when the file %s: what others append %s is kept, on its own line", async (_how, when, from, to) => {
  using place = plainPlace(from);
  const append = (): void => appendFileSync(place.path, "# theirs\n");
  const busy: FileAccess = {
    ...refusingRename(fileAccess, place.path),
    open: (path, flags, mode) => {
      const file = fileAccess.open(path, flags, mode);
      if (path !== place.path) return file;
      const isEnd = (flags & constants.O_APPEND) !== 0;
      // Moving what was appended is a write as well, so only the first one is joined.
      let isFirst = true;
      const joinIn = (event: string, applies: boolean): void => {
        if (applies && isFirst && event === when) append();
      };
      return {
        ...file,
        write: (bytes, position) => {
          joinIn("before the space is taken", isEnd);
          const count = file.write(bytes, position);
          joinIn("after it", !isEnd);
          isFirst = false;
          return count;
        },
      };
    },
  };
  await using writer = writerOf(place, busy);
  await write(writer, to);
  expect(readFileSync(place.path, "utf8")).toBe(`${to}# theirs\n`);
});

test.skipIf(process.platform !== "linux")("no descriptor stays open (Linux lists them)", async () => {
  using place = plainPlace(oldText);
  const count = (): number =>
    readdirSync("/proc/self/fd").filter((name) => leadsTo(`/proc/self/fd/${name}`, place.folder)).length;
  {
    await using writer = writerOf(place);
    for (let round = 0; round < 50; round += 1) await write(writer, round % 2 === 0 ? newText : oldText);
    expect(count()).toBeGreaterThan(0);
    expect(count()).toBeLessThan(40);
  }
  expect(count()).toBe(0);
});

function leadsTo(link: string, folder: string): boolean {
  try {
    return readlinkSync(link).startsWith(folder);
  } catch {
    return false;
  }
}

test("left by a killed process: temporary files are swept, other files are not", async () => {
  using place = plainPlace(oldText);
  const others = [".hosts.hostsfile-server.lock", ".hosts.other.tmp", "hosts.tmp", ".hosts.swp"];
  for (const name of [...others, ".hosts.hostsfile-server.1.x.tmp"]) writeFileSync(join(place.folder, name), "");
  await using writer = writerOf(place);
  await writer.recover();
  expect(readdirSync(place.folder).toSorted()).toEqual([...others, "hosts"].toSorted());
});

const hasStrace = spawnSync("strace", ["-V"]).status === 0;

test.skipIf(!hasStrace)(
  "the disk has the new file before it takes the name, and the name before it is done (needs strace)",
  () => {
    using place = plainPlace(oldText);
    const trace = join(dirname(place.folder), "trace");
    const script = `
    import { HostsFileWriter } from "./src/sinks/hosts-file/writer/writer.ts";
    import { fileAccess } from "./src/sinks/hosts-file/writer/file-access.ts";
    const [path, stateFolder] = process.argv.slice(-2);
    await using writer = new HostsFileWriter({ files: fileAccess, path, folder: stateFolder, onLateEdit: () => {} });
    await writer.update(() => ({ bytes: Buffer.from("new\\n"), keepCopy: false }));`;
    const words = [
      "-f",
      "-y",
      "-e",
      "trace=fsync,rename,renameat,renameat2",
      "-o",
      trace,
      process.execPath,
      "--input-type=module-typescript",
      "-e",
      script,
    ];
    execFileSync("strace", [...words, place.path, place.stateFolder]);
    const steps = readFileSync(trace, "utf8")
      .split("\n")
      .filter((line) => line.includes(place.folder) && !line.includes("resumed"))
      .map((line) => (/rename/.test(line) ? "rename" : /\.tmp>/.test(line) ? "fsync file" : "fsync folder"));
    expect(steps).toEqual(["fsync file", "rename", "fsync folder"]);
    rmSync(trace);
  },
);
