/** Tells apart what can be at the path. */
import { expect, test } from "vitest";
import { hostsFileOf } from "../../../test/support/hosts-file-facts.ts";
import { judgeThere } from "./hosts-file-there.ts";

test.each([
  { given: {}, message: "/etc/hosts is a regular file." },
  { given: { isLink: true, real: "/data/hosts" }, message: "/etc/hosts leads to /data/hosts, a regular file." },
])("$message", ({ given, message }) => expect(judgeThere(hostsFileOf(given))).toEqual({ grade: "ok", message }));

test.each([
  { given: { kind: "missing" } as const, code: "hosts-file-missing" },
  { given: { kind: "dangling", isLink: true } as const, code: "hosts-file-folder-missing" },
  { given: { kind: "other" } as const, code: "hosts-file-not-regular" },
  { given: { isLink: true, real: "/nix/store/abc-hosts" }, code: "hosts-file-managed" },
  {
    given: { mount: { point: "/etc/hosts", readOnly: undefined, isOrphaned: true } },
    code: "hosts-file-orphaned",
  },
])("$code is a problem", ({ given, code }) => {
  expect(judgeThere(hostsFileOf(given))).toMatchObject({ grade: "problem", code });
});

test("a missing file is made with what every system's has", () => {
  expect(judgeThere(hostsFileOf({ kind: "missing", path: "/my etc/hosts" }))).toMatchObject({
    hint: "Make one:",
    command: String.raw`printf '127.0.0.1 localhost\n::1 localhost\n' | sudo tee '/my etc/hosts'`,
  });
});
