/** Each look is made once and not before it is asked for. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { statusOf } from "../../../test/support/status.ts";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { linux } from "../../platform/linux.ts";
import type { Desktop } from "../check.ts";
import { openDesktop } from "./desktop.ts";

function desktop(askStatus = async () => statusOf()): Desktop {
  return openDesktop({
    hostsFile: "/nowhere/hosts",
    stateFolder: "/nowhere/state",
    port: 5000,
    platform: linux,
    isRoot: false,
    cluster: { kubeconfig: "/nowhere/kubeconfig", context: undefined },
    askStatus,
    ask: async (path) => path,
    allowedDomains: async () => undefined,
    signal: new AbortController().signal,
  });
}

test("the server is asked once", async () => {
  const ask = vi.fn<() => Promise<ReturnType<typeof statusOf>>>(async () => statusOf());
  const { status } = desktop(ask);
  expect(ask).not.toHaveBeenCalled();
  await Promise.all([status(), status()]);
  expect(ask).toHaveBeenCalledOnce();
});

test("a file is read once; one that is missing is undefined, one that cannot be read is an error", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "file");
  writeFileSync(path, "first");
  const { readFile } = desktop();
  expect(String(await readFile(path))).toBe("first");
  writeFileSync(path, "second");
  expect(String(await readFile(path))).toBe("first");
  expect(await readFile(join(folder.path, "none"))).toBeUndefined();
  await expect(readFile(folder.path)).rejects.toThrow("EISDIR");
});

test("a program runs once with the same words, and is ended when it takes too long", async () => {
  const { run } = desktop();
  const [first, second, other] = await Promise.all([
    run("sh", ["-c", "echo $$"]),
    run("sh", ["-c", "echo $$"]),
    run("sh", ["-c", "echo $$;"]),
  ]);
  expect(second.output).toBe(first.output);
  expect(other.output).not.toBe(first.output);
  expect(await run("sleep", ["60"], { timeout: 50 })).toMatchObject({ ok: false });
  expect(await run("no-such-program", [])).toMatchObject({ ok: false, isMissing: true });
});

test("a look that checks share is made once, with the desktop", async () => {
  const here = desktop();
  const look = vi.fn<(seen: Desktop) => Promise<string>>(async ({ hostsFile }) => hostsFile);
  expect([await here.once(look), await here.once(look)]).toEqual(["/nowhere/hosts", "/nowhere/hosts"]);
  expect(look).toHaveBeenCalledOnce();
});

test("a kubeconfig that is not there is a trouble", async () => {
  await expect(desktop().kubernetes()).rejects.toMatchObject({ code: "kubeconfig-unusable" });
});
