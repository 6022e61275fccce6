/** The look at this machine's resolver, with its own files or with given ones. */
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { bareDesktop } from "../../../test/support/doctor-desktop.ts";
import { lookAtResolver } from "./resolver.ts";

const given = (files: Readonly<Record<string, string>>) =>
  bareDesktop({ readFile: async (path) => (path in files ? Buffer.from(files[path] ?? "") : undefined) });

test("the sources of nsswitch.conf, and resolved's setting", async () => {
  const files = { "/etc/nsswitch.conf": "hosts: dns\n", "/etc/systemd/resolved.conf": "[Resolve]\nReadEtcHosts=no\n" };
  expect(await lookAtResolver(given(files))).toMatchObject({
    sources: [{ name: "dns", actions: [] }],
    isNsswitchThere: true,
    resolved: { readsHosts: false },
  });
});

test("without files nothing is known, and resolved reads the hosts file", async () => {
  expect(await lookAtResolver(given({}))).toMatchObject({
    sources: undefined,
    isNsswitchThere: false,
    resolved: { readsHosts: true },
  });
});

test.runIf(process.platform === "linux")("musl is its own loader, glibc is not", async () => {
  const ofMusl = given({ "/proc/self/maps": "7f00-7f01 r-xp 0 08:01 1 /lib/ld-musl-x86_64.so.1\n" });
  expect((await lookAtResolver(ofMusl)).hasNsswitch).toBe(false);
  const ofThis = bareDesktop({ readFile: async (path) => readFile(path).catch(() => undefined) });
  const maps = await readFile("/proc/self/maps", "utf8");
  expect((await lookAtResolver(ofThis)).hasNsswitch).toBe(!maps.includes("ld-musl"));
});
