/** `install` and `uninstall` as a user types them, on a machine with a real systemd. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../cluster/eventually.ts";
import { type Machine, bootMachine } from "../cluster/systemd.ts";

const checkout = join(import.meta.dirname, "..", "..");
const home = "/home/dev/hostsfile-server";
const launcher = `${home}/hostsfile-server`;

/** The checkout is the user's own. Commands are typed as behind sudo; the machine has none, so what it says is said by hand. */
const sudo = "env SUDO_UID=4242 SUDO_GID=4242 SUDO_USER=dev";
const asUser = "setpriv --reuid=4242 --regid=4242 --clear-groups env HOME=/home/dev";
const furnish = `
  echo 'dev:x:4242:4242::/home/dev:/bin/sh' >>"$ROOT/etc/passwd"
  echo 'dev:x:4242:' >>"$ROOT/etc/group"
  mkdir -p "$ROOT${home}/node_modules/.bin"
  cp -r ${checkout}/hostsfile-server ${checkout}/dist "$ROOT${home}"
  cp -L ${checkout}/node_modules/.bin/node "$ROOT${home}/node_modules/.bin/node"
  chown -R 4242:4242 "$ROOT/home/dev"`;

interface Finished {
  readonly code: number;
  readonly output: string;
}

async function run(machine: Machine, command: string): Promise<Finished> {
  const output = await machine.shell(`(${command}) 2>&1 && echo "exit 0" || echo "exit $?"`);
  const code = Number(/exit (\d+)\s*$/.exec(output)?.[1]);
  return { code, output: output.replace(/exit \d+\s*$/, "") };
}

function differences(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): readonly string[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])];
  // Compiled code that the user's own checkout keeps beside itself does not belong to the installation.
  return paths
    .filter((path) => !path.includes("/dist/.compiled") && before.get(path) !== after.get(path))
    .map((path) => `${path}: ${before.get(path)} -> ${after.get(path)}`);
}

describe("from nothing to nothing", () => {
  let machine: Machine;
  let before: ReadonlyMap<string, string>;
  let hosts: string;

  beforeAll(async () => {
    machine = await bootMachine({ furnish });
    // A copy, so that the file is in the upper tree before and after.
    await machine.shell(
      "cp /etc/hosts /tmp/hosts && printf '# my own line, without an end' >>/tmp/hosts && cat /tmp/hosts >/etc/hosts",
    );
    before = await machine.changes();
    hosts = await machine.shell("sha256sum </etc/hosts");
  });
  afterAll(async () => machine[Symbol.asyncDispose]());

  test("a dry run shows the plan and the files, and does nothing", async () => {
    const { code, output } = await run(machine, `${sudo} ${launcher} install --dry-run`);
    expect(code).toBe(0);
    expect(output).toContain("copy    the program to /usr/local/lib/hostsfile-server");
    expect(output).toContain("ExecStart=/usr/local/lib/hostsfile-server/node");
    expect(output).toContain("ListenStream=5000");
    expect(output).not.toMatch(/[0-9a-f]{64}/);
    expect(differences(before, await machine.changes())).toEqual([]);
  });

  test("a user who is not root is told the line to type", async () => {
    const { code, output } = await run(machine, `${asUser} ${launcher} install --port=5001`);
    expect([code, output]).toEqual([3, expect.stringContaining(`Run: sudo ${launcher} install --port=5001`)]);
    const there = await run(machine, `cd ${home}; ${asUser} ./hostsfile-server uninstall`);
    expect([there.code, there.output]).toEqual([3, expect.stringContaining("Run: sudo ./hostsfile-server uninstall")]);
  });

  test("nobody to ask: nothing is done", async () => {
    const { code, output } = await run(machine, `${sudo} ${launcher} install </dev/null`);
    expect([code, output]).toEqual([2, expect.stringContaining("--yes")]);
    expect(differences(before, await machine.changes())).toEqual([]);
  });

  test("installs, starts, and ends with the status and the next step", async () => {
    const { code, output } = await run(
      machine,
      `${sudo} ${launcher} install --yes --domains=dtk.io --cluster-ip=192.168.122.1`,
    );
    expect([code, output]).toEqual([0, expect.stringContaining("ready")]);
    expect(output).toContain("Next, point ExternalDNS here");
    expect(await machine.shell("systemctl is-enabled hostsfile-server.socket hostsfile-server.service")).toBe(
      "enabled\nenabled\n",
    );
    expect(await machine.shell("stat -c '%a %U:%G' /etc/hostsfile-server/token")).toBe("640 root:dev\n");
  });

  test("everything that runs can be changed by root alone", async () => {
    const paths =
      "/usr/local/lib/hostsfile-server /usr/local/bin/hostsfile-server /etc/systemd/system/hostsfile-server.service";
    expect(await machine.shell(`find -L ${paths} \\( ! -user root -o -perm /022 \\) ! -type l`)).toBe("");
    const command = await machine.shell("tr '\\0' '\\n' </proc/$(systemctl show -P MainPID hostsfile-server)/cmdline");
    expect(command).toBe(
      "/usr/local/lib/hostsfile-server/node\n/usr/local/lib/hostsfile-server/hostsfile-server.js\nserve\n",
    );
  });

  test("the user's own commands find the token, others do not", async () => {
    const mine = await run(machine, `${asUser} hostsfile-server status`);
    expect([mine.code, mine.output]).toEqual([0, expect.stringContaining("anyone with a token")]);
    const other = await run(machine, "setpriv --reuid=4243 --regid=4243 --clear-groups hostsfile-server status");
    expect([other.code, other.output]).toEqual([3, expect.stringMatching(/requires a token.*\n.*as root/)]);
    expect((await run(machine, `${asUser} dtk --version`)).code).toBe(0);
  });

  const curl = 'curl -sS -H "Authorization: Bearer $(cat /etc/hostsfile-server/token)"';

  test("what is set later survives a boot and an upgrade", async () => {
    await machine.shell(
      `${curl} -d 192.168.122.167 localhost:5000/clusterip; ${curl} -d later.io localhost:5000/domains`,
    );
    const endpoint = '{"create":[{"dnsName":"foo.later.io","targets":["foo.later.io"],"recordType":"CNAME"}]}';
    expect(await machine.shell(`${curl} -o /dev/null -w '%{http_code}' -d '${endpoint}' localhost:5000/records`)).toBe(
      "204",
    );
    expect(await machine.shell("getent hosts foo.later.io")).toContain("192.168.122.167");
    await machine.reboot();
    await eventually(async () => {
      assert.match(await machine.shell(`${curl} localhost:5000/domains`), /dtk.io.*later.io/);
    });
    expect(await machine.shell("getent hosts foo.later.io")).toContain("192.168.122.167");
  });

  test("a server by hand beside it is told that the service runs, and how it is stopped", async () => {
    const { code, output } = await run(machine, `${sudo} ${launcher} --port=5005`);
    expect([code, output]).toEqual([
      3,
      expect.stringContaining("sudo systemctl stop hostsfile-server.socket hostsfile-server.service"),
    ]);
  });

  test("its journal is text, and important lines are marked", async () => {
    const journal = await machine.shell("journalctl --unit hostsfile-server.service --output=cat --no-pager");
    expect(journal).toMatch(/^hostsfile-server \S+ keeps \/etc\/hosts up to date/m);
    expect(journal).not.toContain('"level":');
  });

  test("a second run changes nothing and says so", async () => {
    const installed = await machine.changes();
    const pid = await machine.shell("systemctl show -P MainPID hostsfile-server");
    const { code, output } = await run(machine, `${sudo} ${launcher} install`);
    expect([code, output]).toEqual([0, expect.stringContaining("nothing was changed")]);
    expect(differences(installed, await machine.changes())).toEqual([]);
    expect(await machine.shell("systemctl show -P MainPID hostsfile-server")).toBe(pid);
  });

  test("an upgrade says what it changes, keeps token and records, and refuses nobody", async () => {
    const token = await machine.shell("cat /etc/hostsfile-server/token");
    const place = "/usr/local/lib/hostsfile-server";
    await machine.shell(`echo '// older' >>${place}/dtk.js; echo gone >${place}/chunk-OLD.js`);
    const script = `
      (while [ ! -e /tmp/stop ]; do curl -sS -o /dev/null -w '%{http_code}\\n' localhost:5000/healthz 2>&1 || true; done | sort | uniq -c >/tmp/answers) &
      ${sudo} ${launcher} install --yes; touch /tmp/stop; wait; cat /tmp/answers`;
    const { output } = await run(machine, script);
    expect(output).toMatch(/copy    the program to \/usr\/local\/lib\/hostsfile-server \(1 file, version \d/);
    expect(output).toContain("restart hostsfile-server.service, while systemd holds its port");
    expect(output).toMatch(/\n +\d+ 200\s*$/);
    expect(output).not.toMatch(/refused|reset|Failed/i);
    expect(await machine.shell("cat /etc/hostsfile-server/token")).toBe(token);
    expect(await machine.shell(`ls ${place}`)).not.toContain("OLD");
    expect(await machine.shell("getent hosts foo.later.io")).toContain("192.168.122.167");
  });

  test("a token that the user has put elsewhere stays the one that counts", async () => {
    const settings = "/etc/hostsfile-server/environment";
    await machine.shell(
      `cp -p /etc/hostsfile-server/token /root/token; sed -i 's,=/etc.*/token,=/root/token,' ${settings}`,
    );
    expect((await run(machine, `${sudo} ${launcher} install --yes`)).output).toContain("nothing was changed");
    await machine.shell(`sed -i 's,=/root/token,=/etc/hostsfile-server/token,' ${settings}; rm /root/token`);
  });

  test("an installation that was cut off is completed by the next one", async () => {
    await machine.shell("rm /etc/systemd/system/hostsfile-server.socket /usr/local/bin/dtk; systemctl daemon-reload");
    expect((await run(machine, `${sudo} ${launcher} install --yes`)).code).toBe(0);
    expect(await machine.shell("systemctl is-active hostsfile-server.socket")).toBe("active\n");
  });

  test("another port is taken over, and the commands find it", async () => {
    const moved = await run(machine, `${sudo} ${launcher} install --yes --port=5001`);
    expect([moved.code, moved.output]).toEqual([0, expect.stringContaining("        + HOSTSFILE_SERVER_PORT=5001\n")]);
    expect((await run(machine, "hostsfile-server status")).output).toContain("localhost:5001");
    expect((await run(machine, "curl -sS localhost:5000/healthz")).code).not.toBe(0);
    expect((await run(machine, `${sudo} ${launcher} install`)).output).toContain("nothing was changed");
  });

  test("uninstall leaves nothing, and the hosts file is what it was", async () => {
    const dry = await run(machine, "hostsfile-server uninstall --dry-run");
    expect(dry.output).toContain("/etc/hostsfile-server");
    const { code, output } = await run(machine, "hostsfile-server uninstall --yes");
    expect([code, output]).toEqual([0, expect.stringContaining("No line of ours is left")]);
    expect(await machine.shell("sha256sum </etc/hosts")).toBe(hosts);
    expect(differences(before, await machine.changes())).toEqual([]);
    expect(await machine.shell("systemctl list-unit-files --no-pager 'hostsfile*' | grep -c hostsfile || true")).toBe(
      "0\n",
    );
    const again = await run(machine, `${launcher} uninstall --yes`);
    expect([again.code, again.output]).toEqual([
      0,
      expect.stringContaining("Nothing of hostsfile-server is installed"),
    ]);
  });

  test("with --keep-state the next installation knows everything again", async () => {
    expect((await run(machine, `${sudo} ${launcher} install --yes --domains=kept.io --without-token`)).code).toBe(0);
    expect((await run(machine, "hostsfile-server uninstall --yes --keep-state")).output).toContain(
      "Kept: /var/lib/hostsfile-server",
    );
    expect((await run(machine, `${sudo} ${launcher} install --yes --without-token`)).output).toContain("kept.io");
    expect((await run(machine, "hostsfile-server uninstall --yes")).code).toBe(0);
    expect(differences(before, await machine.changes())).toEqual([]);
  });

  describe("what hinders is said before anything is done", () => {
    test.each<[string, string, string | RegExp, string]>([
      [
        "a port that is taken",
        "python3 -m http.server 5000 >/dev/null 2>&1 & until ss -ltn | grep -q :5000; do sleep 0.1; done",
        /Port 5000 is taken by process (\d+) \(.*python3.* -m http\.server 5000\)\.\n.* --port=5001\), or stop it: sudo kill \1/,
        "kill $(ss -Hltnp 'sport = :5000' | sed 's/.*pid=//; s/,.*//')",
      ],
      [
        "a port of another service",
        "systemd-run --quiet --unit=other --service-type=exec python3 -m http.server 5000; until ss -ltn | grep -q :5000; do sleep 0.1; done",
        "sudo systemctl disable --now other.service",
        "systemctl stop other.service",
      ],
      [
        "a server that runs by hand",
        `mkdir -m 700 /tmp/byhand; ${launcher} --port=5009 --state-dir=/tmp/byhand >/dev/null 2>&1 & until curl -sf localhost:5009/readyz >/dev/null; do sleep 0.1; done`,
        /\/etc\/hosts already has a writer: process (\d+) .*\n.*sudo kill \1/,
        "kill $(ss -Hltnp 'sport = :5009' | sed 's/.*pid=//; s/,.*//'); while [ -e /etc/.hosts.hostsfile-server.lock ]; do sleep 0.1; done; rm -r /tmp/byhand",
      ],
      [
        "a hosts file of another user's, which the service has no power over",
        "chown dev /etc/hosts",
        "sudo chown root:root /etc/hosts",
        "chown root /etc/hosts",
      ],
      [
        "cloud-init",
        "mkdir -p /etc/cloud; echo 'manage_etc_hosts: true' >/etc/cloud/cloud.cfg",
        "echo 'manage_etc_hosts: false' | sudo tee /etc/cloud/cloud.cfg.d/99-hostsfile-server.cfg",
        "rm -r /etc/cloud",
      ],
      [
        "WSL",
        "cp /etc/hosts /tmp/h; echo '# This file was automatically generated by WSL.' >>/etc/hosts",
        "generateHosts=false",
        "cat /tmp/h >/etc/hosts",
      ],
      [
        "a hosts file that cannot be written",
        "mount --bind -o ro /etc/hosts /etc/hosts",
        "cannot be written",
        "umount /etc/hosts",
      ],
    ])("%s", async (_, fault, named, repair) => {
      await machine.shell(fault);
      const faulty = await machine.changes();
      const { code, output } = await run(machine, `${sudo} ${launcher} install --yes`);
      expect([code, output]).toEqual([3, expect.stringMatching(named)]);
      expect(differences(faulty, await machine.changes())).toEqual([]);
      await machine.shell(repair);
    });

    test("the sum of them at once", async () => {
      await machine.shell(
        "mkdir -p /etc/cloud; echo 'manage_etc_hosts: true' >/etc/cloud/cloud.cfg; mount --bind -o ro /etc/hosts /etc/hosts",
      );
      const { output } = await run(machine, `${sudo} ${launcher} install --yes`);
      expect(output).toMatch(/cloud-init writes[\s\S]*cannot be written/);
      await machine.shell("umount /etc/hosts; rm -r /etc/cloud");
    });
  });
});

test("commands that npm has put there stay, and are there afterwards", async () => {
  const link = "ln -s ../lib/node_modules/hostsfile-server/dist";
  await using machine = await bootMachine({
    furnish: `${furnish}
      mkdir -p "$ROOT/usr/local/bin"
      for name in hostsfile-server dtk; do ${link}/$name.js "$ROOT/usr/local/bin/$name"; done`,
  });
  const before = await machine.changes();
  const { code, output } = await run(machine, `${sudo} ${launcher} install --yes`);
  expect([code, output]).toEqual([0, expect.stringContaining("leave   /usr/local/bin/dtk, which was not put there")]);
  expect((await run(machine, `${launcher} uninstall --yes`)).code).toBe(0);
  expect(differences(before, await machine.changes())).toEqual([]);
});

test("the predecessor's service is taken over with its flags", async () => {
  const unit = `[Unit]
Description=Hosts file server
After=network.target

[Service]
ExecStart=/usr/bin/python3 /opt/hostsfile-server/hostsfile-server.py --cluster-ip=192.168.122.9 --port=5003 --domains=old.io,older.io --debug
Restart=always

[Install]
WantedBy=multi-user.target
`;
  const server =
    "import http.server; http.server.HTTPServer(('', 5003), http.server.BaseHTTPRequestHandler).serve_forever()";
  await using machine = await bootMachine({
    furnish: `${furnish}
      mkdir -p "$ROOT/opt/hostsfile-server"
      echo "${server}" >"$ROOT/opt/hostsfile-server/hostsfile-server.py"
      cat >"$ROOT/etc/systemd/system/hostsfile-server.service" <<'END'\n${unit}END
      systemctl --root="$ROOT" enable hostsfile-server.service`,
  });
  const before = await machine.changes();
  const { code, output } = await run(machine, `${sudo} ${launcher} install --yes`);
  expect([code, output]).toEqual([0, expect.stringContaining("replace the Python server of hostsfile-server.service")]);
  expect(output).toContain("kubectl -n external-dns rollout restart deployment external-dns");
  const status = await run(machine, "hostsfile-server status");
  expect(status.output).toMatch(/192\.168\.122\.9[\s\S]*old\.io, older\.io/);
  expect(status.output).toContain("localhost:5003");
  // Its ExternalDNS shows no token.
  expect(await machine.shell("curl -sS localhost:5003/")).toBe('{"include":["old.io","older.io"]}');
  expect(await machine.shell("cat /var/lib/hostsfile-server/predecessor.service")).toBe(unit);
  expect(await machine.shell("cat /etc/hostsfile-server/environment")).toContain("HOSTSFILE_SERVER_DEBUG=true\n");
  // The user's own unit is given back; it is for the user to say whether it is to run again.
  const removed = await run(machine, "hostsfile-server uninstall --yes");
  expect([removed.code, removed.output]).toEqual([0, expect.stringContaining("sudo systemctl enable --now")]);
  expect(differences(before, await machine.changes())).toEqual([
    "/etc/systemd/system/multi-user.target.wants/hostsfile-server.service: link to /etc/systemd/system/hostsfile-server.service -> undefined",
  ]);
  await machine.shell("systemctl enable --now hostsfile-server.service");
  await eventually(async () => machine.shell("curl -sS localhost:5003/"));
});
