/** The calls do what the manual pages say, as seen by another process. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { kernelCalls } from "./kernel-calls.ts";

const isBuilt = process.platform === "linux" && spawnSync("cc", ["--version"]).status === 0;

const hasPython = spawnSync("python3", ["--version"]).status === 0;

/** Tells the process that sent a datagram, and its text (unix(7), SO_PASSCRED). */
const listen = `
import socket, struct, sys
name = sys.argv[1]
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
s.bind("\\0" + name[1:] if name[0] == "@" else name)
print("open", end="", flush=True)
text, credentials, _, _ = s.recvmsg(9999, 999)
print(struct.unpack("3i", credentials[0][2])[0], text.decode(), end="")`;

describe.skipIf(!isBuilt)("on Linux, built where a C compiler is", () => {
  test("two files change places; what cannot be exchanged is an error with a code", () => {
    using folder = temporaryFolder();
    const [left, right] = [join(folder.path, "left ä"), join(folder.path, "right")];
    writeFileSync(left, "1");
    writeFileSync(right, "2");
    expect(kernelCalls().exchange(left, right)).toBe(true);
    expect([readFileSync(left, "utf8"), readFileSync(right, "utf8")]).toEqual(["2", "1"]);
    const codeOf = (work: () => unknown): unknown => {
      try {
        return work();
      } catch (error) {
        return error instanceof Error && "code" in error && error.code;
      }
    };
    expect(codeOf(() => kernelCalls().exchange(left, join(folder.path, "none")))).toBe("ENOENT");
    expect(codeOf(() => kernelCalls().exchange(left, join(folder.path, "x".repeat(5_000))))).toBe("ENAMETOOLONG");
    expect([readFileSync(left, "utf8"), readFileSync(right, "utf8")]).toEqual(["2", "1"]);
  });

  test("memory that the C library keeps goes back to the system, where that is glibc", () => {
    const { header } = process.report.getReport() as { readonly header: { readonly glibcVersionRuntime?: string } };
    expect(kernelCalls().trimMemory()).toBe(header.glibcVersionRuntime !== undefined);
  });

  test("a program that has the file open for writing is seen until it ends, though the file has no name any more", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "file");
    writeFileSync(path, "");
    const descriptor = openSync(path, "r");
    const ask = (): boolean | undefined => kernelCalls().hasWriter(descriptor);
    expect(ask()).toBe(false);
    const reader = spawn("cat", [path, "-"], { stdio: ["pipe", "ignore", "inherit"] });
    const writer = spawn("tee", ["-a", path], { stdio: ["pipe", "pipe", "inherit"] });
    writer.stdin.write("open\n");
    await once(writer.stdout, "data");
    expect(ask()).toBe(true);
    unlinkSync(path);
    expect(ask()).toBe(true);
    const ended = Promise.all([once(writer, "exit"), once(reader, "exit")]);
    writer.stdin.end();
    reader.stdin.end();
    await ended;
    expect(ask()).toBe(false);
    closeSync(descriptor);
    expect(ask()).toBeUndefined();
  });

  test.skipIf(!hasPython)(
    "a text reaches a socket of the Unix family, from this very process (python3 listens)",
    async () => {
      using folder = temporaryFolder();
      for (const name of [join(folder.path, "socket"), `@${folder.path}`]) {
        const listener = spawn("python3", ["-c", listen, name], { stdio: ["ignore", "pipe", "inherit"] });
        await once(listener.stdout, "data");
        expect(kernelCalls().notify(name, "READY=1\nSTATUS=ä")).toBe(true);
        expect(await text(listener.stdout)).toBe(`${process.pid} READY=1\nSTATUS=ä`);
        expect(kernelCalls().notify(name, "READY=1")).toBe(false);
      }
      expect(kernelCalls().notify("x".repeat(200), "READY=1")).toBe(false);
      expect(kernelCalls().notify(join(folder.path, "none"), "x".repeat(5_000))).toBe(false);
    },
  );

  test("a thousand questions, while others open the file for writing, end nobody", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "file");
    writeFileSync(path, "");
    const opener = spawn("sh", ["-c", 'i=0; while [ $i -lt 2000 ]; do : >> "$0"; i=$((i+1)); done', path]);
    const ended = once(opener, "exit");
    const descriptor = openSync(path, "r");
    const answers = new Set<boolean | undefined>();
    while (opener.exitCode === null) {
      for (let count = 0; count < 1_000; count += 1) answers.add(kernelCalls().hasWriter(descriptor));
      await new Promise(setImmediate);
    }
    expect(await ended).toEqual([0, null]);
    expect(answers.has(undefined)).toBe(false);
    closeSync(descriptor);
  });
});
