/** The state folder is the owner's alone, and nobody else can have prepared what lies in it. */
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { StoreTroubleError } from "../engine/store-trouble.ts";
import { prepareStateFile, prepareStateFolder } from "./folder.ts";

const isRoot = process.geteuid?.() === 0;
const nobody = 65_534;

function troubleOf(work: () => unknown): string {
  try {
    work();
    return "none";
  } catch (error) {
    if (error instanceof StoreTroubleError) return error.message;
    throw error;
  }
}

describe("a folder", () => {
  test("is made with its parents, for its owner alone", () => {
    using scratch = temporaryFolder();
    const path = join(scratch.path, "a", "b");
    expect(prepareStateFolder(path)).toBe(join(realpathSync(scratch.path), "a", "b"));
    expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  test("that is there is taken as it is", () => {
    using scratch = temporaryFolder();
    chmodSync(scratch.path, 0o755);
    prepareStateFolder(scratch.path);
    expect(statSync(scratch.path).mode & 0o777).toBe(0o755);
  });

  test("behind a parent that is a link is found where it is", () => {
    using scratch = temporaryFolder();
    mkdirSync(join(scratch.path, "real"));
    symlinkSync("real", join(scratch.path, "link"));
    expect(prepareStateFolder(join(scratch.path, "link", "state"))).toBe(
      join(realpathSync(scratch.path), "real", "state"),
    );
  });

  test.each([0o777, 0o1777, 0o702])("that others may write to (%s) is refused, sticky or not", (mode) => {
    using scratch = temporaryFolder();
    chmodSync(scratch.path, mode);
    expect(troubleOf(() => prepareStateFolder(scratch.path))).toContain("is writable by others");
    chmodSync(scratch.path, 0o700);
  });

  test("in a parent that others may write to is refused, as they could put another in its place", () => {
    using scratch = temporaryFolder();
    chmodSync(scratch.path, 0o777);
    expect(troubleOf(() => prepareStateFolder(join(scratch.path, "state")))).toContain("is writable by others");
    // With the sticky bit, as /tmp has it, nobody else can.
    chmodSync(scratch.path, 0o1777);
    expect(troubleOf(() => prepareStateFolder(join(scratch.path, "state")))).toBe("none");
  });

  test("that is a link is refused", () => {
    using scratch = temporaryFolder();
    mkdirSync(join(scratch.path, "real"));
    symlinkSync("real", join(scratch.path, "link"));
    expect(troubleOf(() => prepareStateFolder(join(scratch.path, "link")))).toContain("is a symbolic link");
  });

  test.runIf(isRoot)("of somebody else is refused, and so is one in a folder of somebody else (needs root)", () => {
    using scratch = temporaryFolder();
    const theirs = join(scratch.path, "theirs");
    mkdirSync(theirs);
    chownSync(theirs, nobody, nobody);
    expect(troubleOf(() => prepareStateFolder(theirs))).toContain("belongs to somebody else");
    expect(troubleOf(() => prepareStateFolder(join(theirs, "state")))).toContain("belongs to somebody else");
  });

  test.runIf(isRoot)("that a group of others may write to is refused (needs root)", () => {
    using scratch = temporaryFolder();
    chownSync(scratch.path, 0, nobody);
    chmodSync(scratch.path, 0o770);
    expect(troubleOf(() => prepareStateFolder(scratch.path))).toContain("is writable by others");
  });

  test("the trouble ends the start, and names the command that makes the folder safe", () => {
    using scratch = temporaryFolder();
    chmodSync(scratch.path, 0o777);
    expect(() => prepareStateFolder(scratch.path)).toThrow(
      expect.objectContaining({
        code: "state-folder-unsafe",
        endsStart: true,
        command: expect.stringContaining(`chmod go-w ${realpathSync(scratch.path)}`),
      }),
    );
  });
});

describe("a file", () => {
  test("is made empty and private, and one that is there keeps what it holds", () => {
    using scratch = temporaryFolder();
    const path = join(scratch.path, "records.sqlite");
    prepareStateFile(path);
    expect([readFileSync(path, "utf8"), statSync(path).mode & 0o777]).toEqual(["", 0o600]);
    writeFileSync(path, "kept");
    chmodSync(path, 0o644);
    prepareStateFile(path);
    expect([readFileSync(path, "utf8"), statSync(path).mode & 0o777]).toEqual(["kept", 0o600]);
  });

  test("that is a link is refused, and what it leads to is not made", () => {
    using scratch = temporaryFolder();
    const path = join(scratch.path, "records.sqlite");
    symlinkSync("elsewhere", path);
    expect(troubleOf(() => prepareStateFile(path))).toContain("is a symbolic link");
    expect(lstatSync(join(scratch.path, "elsewhere"), { throwIfNoEntry: false })).toBeUndefined();
  });

  test("that is a folder is the file system's error", () => {
    using scratch = temporaryFolder();
    expect(() => prepareStateFile(scratch.path)).toThrow("EISDIR");
  });

  test.runIf(isRoot)("of somebody else is refused (needs root)", () => {
    using scratch = temporaryFolder();
    const path = join(scratch.path, "records.sqlite");
    writeFileSync(path, "");
    chownSync(path, nobody, nobody);
    expect(troubleOf(() => prepareStateFile(path))).toContain("belongs to somebody else");
  });
});
