import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { findInstaller } from "./installer.ts";

const rootAlone = { user: 0, group: 0, mode: 0o600 };

describe("who may read the token", () => {
  test.each([
    ["root without sudo", {}],
    ["root behind sudo", { SUDO_UID: "0", SUDO_GID: "0", SUDO_USER: "root" }],
    ["nonsense", { SUDO_UID: "x", SUDO_GID: "y", SUDO_USER: "z" }],
  ])("%s: root alone", async (_, environment) => {
    expect(await findInstaller(environment)).toEqual(rootAlone);
  });

  test("a user whose group is another's: the user alone", async () => {
    // No user of this name has a group of this name.
    const environment = { SUDO_UID: "65534", SUDO_GID: "65534", SUDO_USER: "nobody" };
    const group = execFileSync("id", ["-gn", "nobody"], { encoding: "utf8" }).trim();
    expect(group).not.toBe("nobody");
    expect(await findInstaller(environment)).toEqual({ user: 65_534, group: 0, mode: 0o440 });
  });

  test("a user with a group of the same name: that group", async () => {
    const environment = { SUDO_UID: "1", SUDO_GID: "1", SUDO_USER: "daemon" };
    expect(await findInstaller(environment)).toEqual({ user: 0, group: 1, mode: 0o640 });
  });
});
