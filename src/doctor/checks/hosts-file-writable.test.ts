/** Each way in which the file may be closed has its own command that opens it. */
import { expect, test } from "vitest";
import { hostsFileOf } from "../../../test/support/hosts-file-facts.ts";
import type { Writer } from "../looks/writing-rights.ts";
import { judgeWritable } from "./hosts-file-writable.ts";

const root: Writer = { user: 0, groups: [0], hasPowers: true, name: "the server (pid 1)" };
const service: Writer = { ...root, hasPowers: false };
const user: Writer = { ...service, user: 1000, groups: [1000] };
const folder = hostsFileOf().folder;

test.each([
  { title: "by the server", file: {}, writer: root, message: "/etc/hosts can be written by the server (pid 1)." },
  { title: "no server", file: {}, writer: undefined, message: "/etc/hosts can be written." },
  {
    title: "a mount of its own",
    file: { mount: { point: "/etc/hosts", readOnly: undefined, isOrphaned: false } },
    writer: root,
    message: "/etc/hosts is a mount of its own, so it is written in place by the server (pid 1).",
  },
])("$title is ok", ({ file, writer, message }) => {
  expect(judgeWritable(hostsFileOf(file), writer)).toEqual({ grade: "ok", message });
});

test.each([
  {
    title: "immutable",
    file: { attributes: "ie", real: "/data/hosts" },
    code: "hosts-file-immutable",
    command: "sudo chattr -i /data/hosts",
  },
  {
    title: "append-only",
    file: { attributes: "a" },
    code: "hosts-file-immutable",
    command: "sudo chattr -a /etc/hosts",
  },
  {
    title: "immutable folder",
    file: { folder: { ...folder, attributes: "i" } },
    code: "hosts-file-immutable",
    command: "sudo chattr -i /etc",
  },
  {
    title: "read-only mount",
    file: { mount: { point: "/my etc", readOnly: "mount", isOrphaned: false } as const },
    code: "hosts-file-read-only",
    command: "sudo mount -o remount,bind,rw '/my etc'",
  },
  {
    title: "read-only file system",
    file: { mount: { point: "/", readOnly: "file system", isOrphaned: false } as const, attributes: "i" },
    code: "hosts-file-read-only",
    command: "sudo mount -o remount,rw /",
  },
  {
    title: "another owner",
    file: { owner: 1000 },
    code: "hosts-file-permission",
    command: "sudo chown root:root /etc/hosts",
  },
])("$title: $command", ({ file, code, command }) => {
  const finding = judgeWritable(hostsFileOf(file), service);
  expect(finding).toMatchObject({ grade: "problem", code, command });
});

test("a server of a user's cannot write root's file", () => {
  expect(judgeWritable(hostsFileOf(), user)).toMatchObject({
    code: "hosts-file-permission",
    message: "/etc/hosts cannot be written by the server (pid 1): it has owner 0, mode 0644.",
    command: "sudo hostsfile-server install",
  });
});

test("only a protection is lifted automatically", () => {
  expect(judgeWritable(hostsFileOf({ attributes: "i" }), root)).toHaveProperty("fix.commands", [
    ["chattr", "-i", "/etc/hosts"],
  ]);
  expect(
    judgeWritable(hostsFileOf({ mount: { point: "/", readOnly: "mount", isOrphaned: false } }), root),
  ).not.toHaveProperty("fix");
});
