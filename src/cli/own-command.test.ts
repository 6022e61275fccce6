import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { ownCommand } from "./own-command.ts";

describe("what to type to run this program again", () => {
  test("in a checkout, its launcher", () => {
    using checkout = temporaryFolder();
    mkdirSync(join(checkout.path, "dist"));
    writeFileSync(join(checkout.path, "hostsfile-server"), "");
    const called = { typed: "node", script: join(checkout.path, "dist/hostsfile-server.js") };
    expect(ownCommand({ ...called, folder: checkout.path })).toBe("./hostsfile-server");
    expect(ownCommand({ ...called, folder: "/" })).toBe(join(checkout.path, "hostsfile-server"));
  });

  test.each([
    ["installed", "node", "/usr/local/lib/hostsfile-server/hostsfile-server.js", "hostsfile-server"],
    ["by npm for everybody", "node", "/usr/local/bin/hostsfile-server", "hostsfile-server"],
    ["by npm for one user", "node", "/home/me/.nvm/v24/bin/hostsfile-server", 'env "PATH=$PATH" hostsfile-server'],
    ["a package's executable", "hostsfile-server", undefined, "hostsfile-server"],
    [
      "an executable in a folder",
      "./hostsfile-server-0.1.0-linux-x64",
      undefined,
      "./hostsfile-server-0.1.0-linux-x64",
    ],
  ])("%s", (_, typed, script, command) => {
    expect(ownCommand({ typed, script, folder: "/home/me" })).toBe(command);
  });
});
