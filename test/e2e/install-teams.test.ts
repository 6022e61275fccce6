/** An installed service may open no connection, and so follows no team before it is installed so that it may. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../cluster/eventually.ts";
import { type Machine, bootMachine } from "../cluster/systemd.ts";

const checkout = join(import.meta.dirname, "..", "..");
const home = "/opt/checkout";
const launcher = `${home}/hostsfile-server`;

const furnish = `
  mkdir -p "$ROOT${home}/node_modules/.bin"
  cp -r ${checkout}/hostsfile-server ${checkout}/dist "$ROOT${home}"
  cp -L ${checkout}/node_modules/.bin/node "$ROOT${home}/node_modules/.bin/node"`;

let machine: Machine;
beforeAll(async () => {
  machine = await bootMachine({ furnish });
});
afterAll(async () => machine[Symbol.asyncDispose]());

async function startEtcd(): Promise<void> {
  await machine.shell(`
    systemd-run --quiet --unit=store --service-type=exec --setenv=ETCD_DATA_DIR=/var/tmp/store etcd
    until curl -sSf localhost:2379/health >/dev/null 2>&1; do sleep 0.1; done`);
}

async function put(name: string, host: string): Promise<void> {
  const encode = (text: string): string => Buffer.from(text).toString("base64");
  const [key, value] = [`/skydns/com/example/dev/${name}/1`, JSON.stringify({ host, targetstrip: 1 })].map(encode);
  await machine.shell(`curl -sSf -d '{"key":"${key}","value":"${value}"}' localhost:2379/v3/kv/put`);
}

test("without --teams it says what to type; with it the team's names resolve, also after a boot without the store", async () => {
  await startEtcd();
  await put("foo", "10.0.0.1");
  await machine.shell(`${launcher} install --yes --without-token 2>&1`);
  const joining = `${launcher} join etcd://localhost:2379 --domains=dev.example.com --yes 2>&1`;
  const refused = await machine.shell(`${joining} || true`);
  expect(refused).toContain("The service may open no connection");
  expect(refused).toContain("hostsfile-server install --teams");
  expect(await machine.shell("systemctl show -P RestrictAddressFamilies hostsfile-server")).not.toContain("AF_INET");

  const installed = await machine.shell(`${launcher} install --yes --teams 2>&1`);
  expect(installed).toContain("HOSTSFILE_SERVER_TEAMS=on");
  expect(await machine.shell("systemctl show -P RestrictAddressFamilies hostsfile-server")).toContain("AF_INET");
  expect(await machine.shell(joining)).toContain("followed live");
  expect(await machine.shell("getent hosts foo.dev.example.com")).toContain("10.0.0.1");
  await put("foo", "10.0.0.2");
  await eventually(async () => assert.match(await machine.shell("getent hosts foo.dev.example.com"), /10\.0\.0\.2/));

  await machine.reboot();
  await eventually(async () => assert.match(await machine.shell("getent hosts foo.dev.example.com"), /10\.0\.0\.2/));
  await eventually(async () => {
    const { teams } = JSON.parse(await machine.shell("curl -sS localhost:5000/status"));
    assert.equal(teams[0].state, "unreachable");
  });
  await startEtcd();
  await put("foo", "10.0.0.3");
  await eventually(async () => assert.match(await machine.shell("getent hosts foo.dev.example.com"), /10\.0\.0\.3/));

  await machine
    .shell(`${launcher} leave dev --yes && ${launcher} install --yes --teams=off 2>&1`)
    .catch(async () => machine.shell(`HOSTSFILE_SERVER_TEAMS=off ${launcher} install --yes 2>&1`));
  expect(await machine.shell("systemctl show -P RestrictAddressFamilies hostsfile-server")).not.toContain("AF_INET");
  expect(await machine.shell("cat /etc/hosts")).toBe("127.0.0.1 localhost\n");
});
