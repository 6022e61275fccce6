/** What all of `team init|check|log|invite|invitations|revoke` refuse alike: no etcd, one that nobody runs, and wrong words. */
import { expect, test } from "vitest";
import { runHere } from "../../../test/support/here.ts";

const commands = [
  "team init dev",
  "team check",
  "team log",
  "team invite",
  "team invitations",
  "team revoke 0123456789",
];

test.each(commands)("%s without an etcd is wrong usage that says how to name one", async (line) => {
  const { exitCode, output, talk } = await runHere(line.split(" "));
  expect([exitCode, output]).toEqual([2, ""]);
  expect(talk).toBe("hostsfile-server: No etcd is named.\n  Name it: --store=etcd://HOST:2379\n");
});

test.each(commands)("%s where nobody listens says where that is, exit 3", async (line) => {
  const { exitCode, output, talk } = await runHere([...line.split(" "), "--store=etcd://127.0.0.1:1"]);
  expect([exitCode, output]).toEqual([3, ""]);
  expect(talk).toContain("127.0.0.1:1");
  expect(talk).not.toMatch(/\bat .*\.ts:\d/);
});

test.each([
  ["team init", "missing required argument 'NAME'"],
  ["team init dev ops --store=etcd://127.0.0.1:1", "too many arguments"],
  ["team init dev --store=http://127.0.0.1:1", "--store: "],
  ["team check --store=etcd://127.0.0.1:1 --skydns-path=skydns", "--skydns-path: "],
  ["team check --store=etcd://127.0.0.1:1/skydns", "--store: "],
  ["team log --store=etcd://127.0.0.1:1 --store-cert=cert.pem", "--store-key"],
  ["team revoke x --store=etcd://127.0.0.1:1", "ID: "],
])("%s is wrong usage", async (line, words) => {
  const { exitCode, output, talk } = await runHere(line.split(" "));
  expect([exitCode, output]).toEqual([2, ""]);
  expect(talk).toContain(words);
});
