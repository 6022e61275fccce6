/** The launcher finds a Node that is new enough, or says in one sentence what to do. */
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "./support/temporary-folder.ts";

const root = join(import.meta.dirname, "..");

/** A checkout with a built program that prints its Node's path, and a folder that is the only one on PATH beside the system's. */
function checkout(folder: string): {
  readonly launch: (name?: string) => {
    readonly exitCode: number | null;
    readonly output: string;
    readonly talk: string;
  };
  readonly path: string;
} {
  const path = join(folder, "bin");
  mkdirSync(path);
  copyFileSync(join(root, "hostsfile-server"), join(folder, "hostsfile-server"));
  symlinkSync("hostsfile-server", join(folder, "dtk"));
  mkdirSync(join(folder, "dist"));
  for (const name of ["hostsfile-server", "dtk"])
    writeFileSync(join(folder, "dist", `${name}.js`), `console.log("${name}", process.argv.slice(2).join())`);
  const launch = (name = "hostsfile-server") => {
    const { status, stdout, stderr } = spawnSync(join(folder, name), ["a", "b c"], {
      env: { PATH: `${path}:/bin` },
      encoding: "utf8",
    });
    return { exitCode: status, output: stdout, talk: stderr };
  };
  return { launch, path };
}

function bringNode(folder: string): void {
  mkdirSync(join(folder, "node_modules/.bin"), { recursive: true });
  symlinkSync(process.execPath, join(folder, "node_modules/.bin/node"));
}

test.each(["hostsfile-server", "dtk"])("%s runs with the Node that npm ci brought, arguments as they are", (name) => {
  using folder = temporaryFolder();
  const { launch } = checkout(folder.path);
  bringNode(folder.path);
  expect(launch(name)).toEqual({ exitCode: 0, output: `${name} a,b c\n`, talk: "" });
});

test("a link to it works from anywhere", () => {
  using folder = temporaryFolder();
  const { launch, path } = checkout(folder.path);
  bringNode(folder.path);
  symlinkSync(join(folder.path, "dtk"), join(path, "dtk"));
  expect(launch("bin/dtk").output).toBe("dtk a,b c\n");
});

test("without it, the Node on PATH serves when it is new enough", () => {
  using folder = temporaryFolder();
  const { launch, path } = checkout(folder.path);
  symlinkSync(process.execPath, join(path, "node"));
  expect(launch()).toMatchObject({ exitCode: 0, output: "hostsfile-server a,b c\n" });
});

test("too old a Node is one sentence with the fix, and exit 3", () => {
  using folder = temporaryFolder();
  const { launch, path } = checkout(folder.path);
  writeFileSync(join(path, "node"), "#!/bin/sh\necho 20\n", { mode: 0o755 });
  expect(launch("dtk")).toEqual({
    exitCode: 3,
    output: "",
    talk: `dtk: needs Node 24 or newer, ${join(path, "node")} is 20; to fix, run: npm ci\n`,
  });
});

test("a checkout that is not built is one sentence with the fix, and exit 3", () => {
  using folder = temporaryFolder();
  bringNode(folder.path);
  copyFileSync(join(root, "hostsfile-server"), join(folder.path, "hostsfile-server"));
  const { status, stderr } = spawnSync(join(folder.path, "hostsfile-server"), { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 3, stderr: "hostsfile-server: not built yet; to fix, run: npm ci\n" });
});
