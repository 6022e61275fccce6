/** The service under a real systemd: sandboxed, ready when it says so, and its port never refuses. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../cluster/eventually.ts";
import { startProgram } from "../cluster/program.ts";
import { bootService, program, servicePort } from "../cluster/service.ts";
import type { Machine } from "../cluster/systemd.ts";

let machine: Machine;

beforeAll(async () => {
  machine = await bootService(["HOSTSFILE_SERVER_CLUSTER_IP=192.168.122.167", "HOSTSFILE_SERVER_DOMAINS=dtk.io"]);
});
afterAll(async () => machine[Symbol.asyncDispose]());

const url = `localhost:${servicePort}`;

/** Adds or removes a name as ExternalDNS does; answers curl's code. */
async function post(kind: "create" | "delete", name: string): Promise<string> {
  const endpoint = { dnsName: name, targets: [name], recordType: "CNAME" };
  const body = JSON.stringify({ [kind]: [endpoint] });
  return machine.shell(`curl -sS -o /dev/null -w '%{http_code}' -d '${body}' ${url}/records`);
}

async function mainPid(): Promise<string> {
  return (await machine.shell("systemctl show -P MainPID hostsfile-server.service")).trim();
}

async function restarts(): Promise<number> {
  return Number(await machine.shell("systemctl show -P NRestarts hostsfile-server.service"));
}

/** How many names of the callers the hosts file shows. */
async function shownLines(): Promise<number> {
  return Number(await machine.shell("grep -c ' n[0-9]*.dtk.io' /etc/hosts || true"));
}

describe("what it may do", () => {
  test("its exposure is at most 1.5", async () => {
    const report = await machine.shell("systemd-analyze security hostsfile-server.service --no-pager");
    const level = /Overall exposure level for hostsfile-server\.service: ([\d.]+)/.exec(report)?.[1];
    expect(Number(level), report).toBeLessThanOrEqual(1.5);
  });

  test("systemd finds no mistake in the units", async () => {
    const units = "hostsfile-server.service hostsfile-server.socket hostsfile-server-dns.socket";
    const said = await machine.shell(`cd /etc/systemd/system; systemd-analyze verify --man=no ${units} 2>&1`);
    expect(said).toBe("");
  });

  test("it replaces the hosts file, which getaddrinfo reads", async () => {
    const [inode, attributes] = [
      await machine.shell("stat -c %i /etc/hosts"),
      await machine.shell("stat -c '%U:%G %a' /etc/hosts"),
    ];
    expect(await post("create", "foo.dtk.io")).toBe("204");
    expect(await machine.shell("getent hosts foo.dtk.io")).toContain("192.168.122.167");
    expect(await machine.shell("stat -c %i /etc/hosts")).not.toBe(inode);
    expect(await machine.shell("stat -c '%U:%G %a' /etc/hosts")).toBe(attributes);
  });

  test("a hosts file of another group keeps it, and one of another user waits until it is root's", async () => {
    await machine.shell("chgrp adm /etc/hosts");
    expect(await post("create", "group.dtk.io")).toBe("204");
    expect((await machine.shell("stat -c %U:%G /etc/hosts")).trim()).toBe("root:adm");
    await machine.shell("chown nobody /etc/hosts");
    expect(await post("create", "user.dtk.io")).toBe("503");
    expect(await machine.shell(`curl -sS ${url}/status`)).toContain("sudo chown root:root /etc/hosts");
    await machine.shell("chown root:root /etc/hosts");
    await eventually(async () => machine.shell("getent hosts user.dtk.io"));
  });

  test("it sees the networks of this machine, from which clusters call", async () => {
    await machine.shell(`
      ip link add bridge-side type veth peer name cluster-side
      ip address add 192.0.2.1/24 dev bridge-side
      ip link set bridge-side up
      ip link set cluster-side up`);
    await eventually(async () =>
      assert.match(await machine.shell(`curl -sS ${url}/status`), /"allowed":\["192\.0\.2\.0\/24"/),
    );
    await machine.shell("ip link delete bridge-side");
  });

  test("a process in its sandbox can write to /etc and to its state, and has no power of root", async () => {
    const pid = await mainPid();
    const inside = `nsenter -t ${pid} -m --`;
    const tried = "/usr/x /var/x /root/x /home/x /boot/x /opt/x /srv/x /usr/local/lib/hostsfile-server/x";
    const writable = await machine.shell(
      `for path in ${tried}; do ${inside} sh -c "echo >$path" 2>/dev/null && echo "$path"; done; true`,
    );
    expect(writable).toBe("");
    const status = await machine.shell(`cat /proc/${pid}/status`);
    for (const set of ["CapPrm", "CapEff", "CapBnd", "CapAmb"]) expect(status).toMatch(new RegExp(`${set}:\\t0+\\n`));
    expect(status).toMatch(/NoNewPrivs:\t1\n/);
    expect(status).toMatch(/Seccomp:\t2\n/);
  });
});

test("is ready in at most twice the time of a start by hand", async () => {
  const times = await machine.shell(`
    mkdir -m 700 /tmp/bare; echo '127.0.0.1 localhost' >/tmp/bare/hosts
    for turn in $(seq 7); do
      systemctl stop hostsfile-server.socket hostsfile-server.service
      begin=$(date +%s%N)
      systemctl start hostsfile-server.service
      echo "unit $(($(date +%s%N) - begin))"
      begin=$(date +%s%N)
      ${program}/node ${program}/hostsfile-server.js --port=5009 --hosts-file=/tmp/bare/hosts --state-dir=/tmp/bare 2>/tmp/bare/log &
      until curl -sf localhost:5009/readyz >/dev/null; do sleep 0.002; done
      echo "bare $(($(date +%s%N) - begin))"
      kill $!; wait $!
    done`);
  const median = (kind: string): number => {
    const found = [...times.matchAll(new RegExp(`${kind} (\\d+)`, "g"))].map((match) => Number(match[1]) / 1e6);
    return found.toSorted((one, other) => one - other)[3] ?? Number.NaN;
  };
  const [unit, bare] = [median("unit"), median("bare")];
  console.log(`start to ready: ${unit.toFixed(0)} ms as a unit, ${bare.toFixed(0)} ms by hand`);
  expect(unit / bare).toBeLessThanOrEqual(2);
});

describe("its port", () => {
  test("answers more than 1,000 requests during 20 restarts: none refused, none reset, none lost", async () => {
    const script = join(import.meta.dirname, "..", "support", "steady-callers.ts");
    const command = [...machine.enterNetwork(), process.execPath, script, String(servicePort)];
    await using callers = await startProgram(command);
    const shownBefore = await shownLines();
    const restart = "systemctl restart hostsfile-server.service; sleep 0.5";
    await machine.shell(`for turn in $(seq 20); do ${restart}; done`);
    // On a busy machine callers are slower; then there are more restarts.
    while ((await shownLines()) - shownBefore <= 1000) await machine.shell(restart);
    await callers.stop();
    const counts: unknown = JSON.parse(callers.log());
    const shown = (await shownLines()) - shownBefore;
    console.log(`requests during 20 restarts: ${callers.log()}`);
    expect(counts).toEqual({ 204: shown });
    expect(shown).toBeGreaterThan(1000);
    expect(await restarts()).toBe(0);
  });

  test("refuses nobody while the server is killed again and again", async () => {
    const script = `
      (for turn in $(seq 5); do
        until systemctl kill -s KILL --kill-who=main hostsfile-server.service 2>/dev/null; do sleep 0.05; done
        sleep 0.3
      done) &
      for index in $(seq 100); do curl -sS -o /dev/null -w '%{http_code} %{errormsg}\\n' ${url}/healthz 2>/dev/null || true; done | sort | uniq -c
      wait`;
    const answers = await machine.shell(script);
    expect(answers).toContain("200");
    // A request in flight at the kill has no answer; a connection is never refused.
    expect(answers).not.toMatch(/refused|Failed to connect|Couldn't connect/i);
    expect(await restarts()).toBeGreaterThanOrEqual(5);
  });

  test("a server that hangs is started afresh by the watchdog", async () => {
    await machine.shell(
      "mkdir -p /run/systemd/system/hostsfile-server.service.d; printf '[Service]\\nWatchdogSec=2s\\n' >/run/systemd/system/hostsfile-server.service.d/t.conf; systemctl daemon-reload; systemctl restart hostsfile-server.service",
    );
    const before = await mainPid();
    // It lives on for longer than the watchdog's time when nothing hangs.
    await machine.shell("sleep 4");
    expect(await mainPid()).toBe(before);
    await machine.shell(`kill -STOP ${before}`);
    await eventually(async () => {
      const now = await mainPid();
      assert.notEqual(now, before);
      assert.notEqual(now, "0");
    });
    expect(await machine.shell(`curl -sS ${url}/healthz`)).toContain("ok");
  });
});

test("beside another writer of the hosts file it answers, degraded, and goes on once that has ended", async () => {
  await machine.shell("systemctl stop hostsfile-server.socket hostsfile-server.service");
  const byHand = `${program}/node ${program}/hostsfile-server.js --port=5009 --state-dir=/tmp/other`;
  await machine.shell(`
    mkdir -m 700 /tmp/other; ${byHand} >/tmp/other/log 2>&1 & echo $! >/tmp/other/pid
    until curl -sf localhost:5009/healthz; do sleep 0.1; done
    systemctl start hostsfile-server.service`);
  expect(await machine.shell(`curl -sS -w '%{http_code}' ${url}/readyz`)).toMatch(/hosts-file-lock-taken[\s\S]*503$/);
  expect(await post("create", "late.dtk.io")).toBe("503");
  await machine.shell("kill $(cat /tmp/other/pid)");
  await eventually(async () => machine.shell(`curl -sf ${url}/readyz && getent hosts late.dtk.io`));
  expect(await restarts()).toBe(0);
});

describe("reload", () => {
  test("takes over who may call and keeps the process", async () => {
    const before = await mainPid();
    await machine.shell(
      "echo HOSTSFILE_SERVER_ALLOW=192.0.2.0/24 >>/etc/hostsfile-server/environment; systemctl reload hostsfile-server.service",
    );
    await eventually(async () => {
      assert.match(await machine.shell(`curl -sS ${url}/status`), /"allowed":\["192\.0\.2\.0\/24"\]/);
    });
    expect(await mainPid()).toBe(before);
    expect((await machine.shell("systemctl is-active hostsfile-server.service")).trim()).toBe("active");
  });

  test("a mistake in the settings changes nothing and is said", async () => {
    await machine.shell(
      "echo HOSTSFILE_SERVER_ALLOW=nonsense >>/etc/hostsfile-server/environment; systemctl reload hostsfile-server.service",
    );
    await eventually(async () => {
      assert.match(
        await machine.shell("journalctl -u hostsfile-server.service --no-pager"),
        /Nothing was taken over.*HOSTSFILE_SERVER_ALLOW/,
      );
    });
    expect(await machine.shell(`curl -sS ${url}/status`)).toMatch(/"allowed":\["192\.0\.2\.0\/24"\]/);
    await machine.shell("sed -i '/ALLOW/d' /etc/hostsfile-server/environment");
  });
});

test("after a boot it runs and the names are there", async () => {
  await machine.reboot();
  await eventually(async () => {
    assert.equal((await machine.shell(`curl -sS ${url}/readyz`)).includes('"ready":true'), true);
  });
  expect(await machine.shell("getent hosts foo.dtk.io")).toContain("192.168.122.167");
});
