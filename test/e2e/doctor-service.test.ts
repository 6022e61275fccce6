/** Faults of the installed service and of systemd-resolved, made on a machine with systemd; doctor names each first, and the command that it prints repairs it. */
import { copyFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Report, reportSchema } from "../../src/doctor/report.ts";
import { commandOf, wrongOf } from "../cluster/breakable-desktop.ts";
import { eventually } from "../cluster/eventually.ts";
import { run } from "../cluster/program.ts";
import { clusterIP } from "../cluster/server.ts";
import { bootService, program } from "../cluster/service.ts";
import type { Machine } from "../cluster/systemd.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { serviceFaults } from "../support/hosts-faults.ts";

let machine: Machine;

const page = `require("node:http").createServer((_, answer) => answer.end("hello")).listen(80, "${clusterIP}")`;

beforeAll(async () => {
  machine = await bootService([`HOSTSFILE_SERVER_CLUSTER_IP=${clusterIP}`, "HOSTSFILE_SERVER_DOMAINS=dtk.io"]);
  const record = JSON.stringify({ create: [{ dnsName: "foo.dtk.io", targets: ["x"], recordType: "CNAME" }] });
  await machine.shell(`
    ip address add ${clusterIP}/32 dev lo
    systemd-run --quiet --unit=page ${program}/node -e '${page}'
    printf '#!/bin/sh\\nexec "$@"\\n' >/usr/local/bin/sudo
    printf '#!/bin/sh\\nexec ${program}/node ${program}/hostsfile-server.js "$@"\\n' >/usr/local/bin/hostsfile-server
    chmod 755 /usr/local/bin/sudo /usr/local/bin/hostsfile-server
    curl -sSf -d '${record}' localhost:5000/records`);
  await installResolved();
});

/** Debian's package of the same version as the machine's systemd; its scripts change the machine's disk alone. */
async function installResolved(): Promise<void> {
  using folder = temporaryFolder();
  await run(["apt-get", "download", "systemd-resolved"], { folder: folder.path });
  const [name = ""] = await readdir(folder.path);
  await copyFile(join(folder.path, name), machine.outside("/run/resolved.deb"));
  await machine.shell("dpkg -i /run/resolved.deb && systemctl start systemd-resolved");
}

afterAll(async () => machine[Symbol.asyncDispose]());

async function doctor(): Promise<Report> {
  return reportSchema.parse(JSON.parse(await machine.shell("/usr/local/bin/hostsfile-server doctor --json || true")));
}

const breaks: Readonly<Record<(typeof serviceFaults)[number]["code"], string>> = {
  "service-stopped": "systemctl stop hostsfile-server.socket hostsfile-server.service",
  "service-not-enabled": "systemctl disable hostsfile-server.service hostsfile-server.socket",
  "hosts-file-permission": "chown nobody /etc/hosts",
  "resolved-ignores-hosts": `
    mkdir -p /etc/systemd/resolved.conf.d
    printf '[Resolve]\\nReadEtcHosts=no\\n' >/etc/systemd/resolved.conf.d/mine.conf
    systemctl restart systemd-resolved`,
};

test.each(serviceFaults)("$fault ($code)", async ({ code }) => {
  await eventually(async () => expect(wrongOf(await doctor())).toEqual([]));
  await machine.shell(breaks[code]);
  const [first] = wrongOf(await doctor());
  expect(first).toMatchObject({ code });
  await machine.shell(`export PATH=/usr/local/bin:$PATH; ${commandOf(first)}`);
  await eventually(async () => expect(wrongOf(await doctor())).toEqual([]), { intervalMs: 500 });
});
