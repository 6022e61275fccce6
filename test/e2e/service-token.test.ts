/** The service under a real systemd whose token file is missing: it stays up, lets nobody in, says why, and goes on once the file is there. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../cluster/eventually.ts";
import { bootService, servicePort } from "../cluster/service.ts";
import type { Machine } from "../cluster/systemd.ts";

let machine: Machine;

beforeAll(async () => {
  machine = await bootService(["HOSTSFILE_SERVER_CLUSTER_IP=192.0.2.1", "HOSTSFILE_SERVER_DOMAINS=dtk.io"]);
});
afterAll(async () => machine[Symbol.asyncDispose]());

const token = "/etc/hostsfile-server/token";
const settings = "/etc/hostsfile-server/environment";
const url = `localhost:${servicePort}`;

async function code(path: string, ...words: readonly string[]): Promise<string> {
  return machine.shell(`curl -sS -o /dev/null -w '%{http_code}' ${words.join(" ")} ${url}${path}`);
}

async function pidAndRestarts(): Promise<string> {
  return machine.shell("systemctl show -P MainPID -P NRestarts hostsfile-server.service");
}

test("a token file that is missing at the start, comes, and goes", async () => {
  await machine.shell(`echo HOSTSFILE_SERVER_TOKEN_FILE=${token} >>${settings}; systemctl restart hostsfile-server`);
  await eventually(async () => expect(await code("/healthz")).toBe("200"));
  const started = await pidAndRestarts();
  for (const path of ["/records", "/status", "/domains"]) expect(await code(path)).toBe("503");
  expect(await code("/records", "-H 'Authorization: Bearer 0123456789abcdef'")).toBe("503");
  expect(await machine.shell(`curl -sS ${url}/readyz`)).toContain("no-usable-token");
  expect(await machine.shell("journalctl -u hostsfile-server --no-pager")).toContain(`There is no token file ${token}`);
  await machine.shell(
    `umask 077; head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \\n' >${token}.new; mv ${token}.new ${token}`,
  );
  await eventually(async () => expect(await code("/records")).toBe("401"));
  expect(await code("/records", `-u ":$(cat ${token})"`)).toBe("200");
  expect(await machine.shell(`curl -sS -u ":$(cat ${token})" ${url}/status`)).toContain('"ready":true');
  await machine.shell(`mv ${token} ${token}.away`);
  await eventually(async () => expect(await code("/records")).toBe("503"));
  await machine.shell("systemctl reload hostsfile-server");
  expect(await code("/records")).toBe("503");
  await machine.shell(`mv ${token}.away ${token}`);
  await eventually(async () => expect(await code("/records")).toBe("401"));
  // One and the same process all the time.
  expect(await pidAndRestarts()).toBe(started);
});
