/** What a token file may be: whose it is to read and write counts, and so does what is in it. */
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { lookAtAdminToken, readAdminToken } from "./admin-token.ts";

const good = "0123456789abcdef";

function look(mode: number, text: string = good) {
  using folder = temporaryFolder();
  const path = join(folder.path, "token");
  writeFileSync(path, `${text}\n`);
  chmodSync(path, mode);
  return lookAtAdminToken(path);
}

test.each([0o600, 0o400, 0o640, 0o440, 0o660])("mode %o is for its owner and a group, and is taken", (mode) => {
  expect(look(mode)).toEqual({ ok: true, token: good, notice: undefined });
});

test.each([0o644, 0o604, 0o444])("mode %o lets everyone read, which is said", (mode) => {
  expect(look(mode)).toMatchObject({
    ok: true,
    token: good,
    notice: { code: "token-exposed", command: expect.stringContaining("chmod o-rw") },
  });
});

test.each([0o666, 0o606, 0o602, 0o777])("mode %o lets everyone choose the token, and is refused", (mode) => {
  expect(look(mode)).toMatchObject({ ok: false, isAbsent: false, trouble: { code: "token-writable" } });
});

test.each([
  ["short", false],
  ["an admin token with blanks", false],
  ["", true],
])("%j is not a token; it is absent: %s", (text, isAbsent) => {
  expect(look(0o600, text)).toMatchObject({ ok: false, isAbsent, trouble: { code: "token-unusable" } });
});

test("a file that is missing or cannot be read is an error for a command", () => {
  using folder = temporaryFolder();
  expect(lookAtAdminToken(join(folder.path, "none"))).toMatchObject({ ok: false, isAbsent: true });
  expect(() => readAdminToken(join(folder.path, "none"))).toThrow("There is no token file");
  mkdirSync(join(folder.path, "token"));
  expect(() => readAdminToken(join(folder.path, "token"))).toThrow("cannot be read");
});
