/** Who may write is worked out as the kernel does, from what it says of the process. */
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { bareDesktop } from "../../../test/support/doctor-desktop.ts";
import { statusOf } from "../../../test/support/status.ts";
import { hostsFileOf } from "../../../test/support/hosts-file-facts.ts";
import { type Writer, lookAtWriter, mayWrite, readWriter } from "./writing-rights.ts";

const text = `Name:\tnode
Uid:\t1000\t1001\t1000\t1000
Gid:\t1000\t1002\t1000\t1000
Groups:\t4 24
CapEff:\t0000000000000000
`;

test("the effective user, groups and powers of a process", () => {
  expect(readWriter(text, "it")).toEqual({ user: 1001, groups: [1002, 4, 24], hasPowers: false, name: "it" });
  expect(readWriter(text.replace("0000000000000000", "000001ffffffffff"), "it")?.hasPowers).toBe(true);
  expect(readWriter(text.replace("0000000000000000", "0000000000000001"), "it")?.hasPowers).toBe(false);
  expect(readWriter("", "it")).toBeUndefined();
});

test("the writer is the server that answers", async () => {
  const known = { readFile: async (path: string) => readFile(path) };
  const status = statusOf({ server: { pid: process.pid } });
  expect(await lookAtWriter(bareDesktop({ ...known, status: async () => status }))).toMatchObject({
    user: process.geteuid?.(),
    name: `the server (pid ${process.pid})`,
  });
  expect(await lookAtWriter(bareDesktop({ ...known, status: async () => undefined }))).toBeUndefined();
  expect(
    await lookAtWriter(bareDesktop({ ...known, status: async () => Promise.reject(new Error("no")) })),
  ).toBeUndefined();
});

const root: Writer = { user: 0, groups: [0], hasPowers: true, name: "root" };
const service: Writer = { ...root, hasPowers: false };
const user: Writer = { user: 7, groups: [8], hasPowers: false, name: "user" };
const others = hostsFileOf({ owner: 7, group: 8, mode: 0o444 });

test.each([
  { title: "root writes what others own", writer: root, file: others, may: true },
  { title: "the service does not", writer: service, file: others, may: false },
  {
    title: "the service replaces root's read-only file",
    writer: service,
    file: hostsFileOf({ mode: 0o444 }),
    may: true,
  },
  { title: "a user does not write root's file", writer: user, file: hostsFileOf(), may: false },
  { title: "a user writes an own file in place", writer: user, file: hostsFileOf({ owner: 7 }), may: true },
  {
    title: "an owner without the bit does not",
    writer: user,
    file: hostsFileOf({ owner: 7, mode: 0o466 }),
    may: false,
  },
  { title: "a group does", writer: user, file: hostsFileOf({ group: 8, mode: 0o664 }), may: true },
  { title: "everybody does", writer: user, file: hostsFileOf({ mode: 0o666 }), may: true },
])("$title: $may", ({ writer, file, may }) => expect(mayWrite(writer, file)).toBe(may));
