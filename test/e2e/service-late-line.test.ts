/** A line that is typed slowly into the hosts file while the real, sandboxed service replaces it, and is started again. */
import assert from "node:assert/strict";
import { expect, test } from "vitest";
import { eventually } from "../cluster/eventually.ts";
import { bootService, servicePort } from "../cluster/service.ts";

test("`tee -a` that was started before a change and a restart: each of its lines reaches the file", async () => {
  await using machine = await bootService(["HOSTSFILE_SERVER_CLUSTER_IP=192.168.122.167"]);
  const show = async (name: string): Promise<void> => {
    const body = JSON.stringify({ create: [{ dnsName: name, targets: [name], recordType: "CNAME" }] });
    const request = `curl -sS -o /dev/null -w '%{http_code}' -d '${body}' localhost:${servicePort}/records`;
    expect(await machine.shell(request)).toBe("204");
  };
  const hosts = (): Promise<string> => machine.shell("cat /etc/hosts");
  const expectLine = async (line: string): Promise<void> => {
    await eventually(async () => assert.ok((await hosts()).split("\n").includes(line), line));
  };
  await machine.shell(`curl -sS -d dtk.io localhost:${servicePort}/domains`);
  await machine.shell("mkfifo /root/typed; systemd-run --quiet sh -c 'exec tee -a /etc/hosts </root/typed'");
  // Held open by a second writer, so that no echo ends what is typed.
  await machine.shell("systemd-run --quiet --unit=hand sh -c 'exec sleep 1000 >/root/typed'");
  const type = (line: string): Promise<string> => machine.shell(`echo '${line}' >/root/typed`);
  await type("# first");
  await expectLine("# first");
  await show("a.dtk.io");
  await type("# after a change");
  await expectLine("# after a change");
  await machine.shell("systemctl stop hostsfile-server.socket hostsfile-server.service");
  await type("# while it was stopped");
  await machine.shell("systemctl start hostsfile-server.socket hostsfile-server.service");
  await expectLine("# while it was stopped");
  await show("b.dtk.io");
  await type("# after another change");
  await expectLine("# after another change");
  expect(await machine.shell("ls -A /etc | grep -c 'hosts.*old$'")).toBe("1\n");
  await machine.shell("systemctl stop hand.service");
  await eventually(async () => assert.equal(await machine.shell("ls -A /etc | grep 'hosts.*old$' || true"), ""));
  const lines = (await hosts())
    .split("\n")
    .filter((line) => line.startsWith("# ") && !line.includes("hostsfile-server"));
  expect(lines.filter((line) => /^# (?:first|after|while)/.test(line))).toHaveLength(4);
});
