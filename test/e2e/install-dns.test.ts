/** The DNS responder of an installed service: systemd holds its sockets, and whatever is the matter with them, the server runs. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../cluster/eventually.ts";
import { type Machine, bootMachine } from "../cluster/systemd.ts";

const checkout = join(import.meta.dirname, "..", "..");
const home = "/opt/checkout";
const launcher = `${home}/hostsfile-server`;
const node = `${home}/node_modules/.bin/node`;
const clusterIP = "192.168.122.9";
const bridge = "192.168.77.1";

const furnish = `
  mkdir -p "$ROOT${home}/node_modules/.bin"
  cp -r ${checkout}/hostsfile-server ${checkout}/dist "$ROOT${home}"
  cp -L ${checkout}/node_modules/.bin/node "$ROOT${node}"`;

let machine: Machine;
let before: ReadonlyMap<string, string>;

beforeAll(async () => {
  machine = await bootMachine({ furnish });
  before = await changes();
});
afterAll(async () => machine[Symbol.asyncDispose]());

async function changes(): Promise<ReadonlyMap<string, string>> {
  return new Map([...(await machine.changes())].filter(([path]) => !path.startsWith(`${home}/dist/.compiled`)));
}

async function install(...flags: readonly string[]): Promise<string> {
  return machine.shell(`${launcher} install --yes --without-token ${flags.join(" ")} 2>&1`);
}

const endpoint = (dnsName: string, recordType: string, target: string) => ({ dnsName, recordType, targets: [target] });
const create = [endpoint("*.apps.dtk.io", "A", clusterIP), endpoint("long.dtk.io", "TXT", "x".repeat(2000))];

/** What a program is answered that asks the responder itself, over TCP where the answer takes that. */
async function ask(name: string, { enter = "", at = "127.0.0.1", type = "A" } = {}): Promise<string> {
  const script = `
    const resolver = new (require("node:dns").promises.Resolver)({ timeout: 3000, tries: 2 });
    resolver.setServers(["${at}:5391"]);
    resolver.resolve("${name}", "${type}").then(
      (found) => console.log(found.flat().join("").slice(0, 20)),
      (error) => console.log(error.code));`;
  return (await machine.shell(`${enter} ${node} -e '${script}'`)).trim();
}

async function attention(): Promise<
  readonly { readonly code: string; readonly message: string; readonly command: string }[]
> {
  return JSON.parse(await machine.shell("curl -sS localhost:5000/status")).attention;
}

test("nothing typed but install, a wildcard is answered, over UDP and TCP and in both families", async () => {
  const output = await install("--domains=dtk.io", `--cluster-ip=${clusterIP}`);
  expect(output).toMatch(/^resolver .*\(none\)/m);
  expect(output).toContain("/etc/systemd/system/hostsfile-server-dns.socket");
  await machine.shell(`curl -sSf -d '${JSON.stringify({ create })}' localhost:5000/records`);
  expect(await ask("any.apps.dtk.io")).toBe(clusterIP);
  expect(await ask("any.apps.dtk.io", { at: "[::1]" })).toBe(clusterIP);
  expect(await ask("long.dtk.io", { type: "TXT" })).toBe("x".repeat(20));
  // Nothing here can be told to ask the responder.
  expect((await attention()).map(({ code }) => code)).toEqual(["resolver-left-alone"]);
});

test("systemd finds no mistake in the units, and the service may open no socket of its own", async () => {
  const units = "hostsfile-server.service hostsfile-server.socket hostsfile-server-dns.socket";
  expect(await machine.shell(`cd /etc/systemd/system; systemd-analyze verify --man=no ${units} 2>&1`)).toBe("");
  expect(await machine.shell("systemctl show -P RestrictAddressFamilies hostsfile-server")).not.toContain("AF_INET");
});

test("a restart refuses no query", async () => {
  const asking = machine.shell(`for i in $(seq 30); do
    ${node} -e 'const r = new (require("node:dns").promises.Resolver)({ timeout: 8000, tries: 1 });
      r.setServers(["127.0.0.1:5391"]); r.resolve4("any.apps.dtk.io").then(() => console.log("ok"), (e) => console.log(e.code))';
    done | sort | uniq -c`);
  for (let turn = 0; turn < 3; turn += 1) await machine.shell("systemctl restart hostsfile-server.service");
  expect((await asking).trim()).toBe("30 ok");
});

test("stopped, both ports are given back; started, both are held", async () => {
  await machine.shell("systemctl stop hostsfile-server.socket hostsfile-server.service");
  expect(await machine.shell("ss -Hlntu '( sport = :5391 or sport = :5000 )'")).toBe("");
  await machine.shell("systemctl start hostsfile-server.socket hostsfile-server.service");
  expect(await ask("any.apps.dtk.io")).toBe(clusterIP);
});

test("a port that is taken is named with its program; the server runs, and goes on once the program has ended", async () => {
  await machine.shell("systemctl stop hostsfile-server.socket hostsfile-server.service");
  await machine.shell(`
    systemd-run --quiet --unit=other --service-type=exec ${node} -e 'require("dgram").createSocket("udp4").bind(5391, "127.0.0.1")'
    until ss -Hlnu 'sport = :5391' | grep -q .; do sleep 0.1; done`);
  const pid = (await machine.shell("systemctl show -P MainPID other")).trim();
  const output = await install();
  expect(output).toContain(`(process ${pid}) has the port`);
  expect(await machine.shell("getent hosts foo.dtk.io || true")).toBe("");
  const [trouble, ...others] = await attention();
  expect(others).toEqual([]);
  expect(trouble).toMatchObject({ code: "dns-port-taken", command: "sudo systemctl restart hostsfile-server.service" });
  expect(await machine.shell("curl -sS -o /dev/null -w '%{http_code}' localhost:5000/readyz")).toBe("200");
  await machine.shell(`systemctl stop other; ${trouble?.command.replace("sudo ", "")}`);
  expect(await ask("any.apps.dtk.io")).toBe(clusterIP);
  // Nothing here can be told to ask the responder.
  expect((await attention()).map(({ code }) => code)).toEqual(["resolver-left-alone"]);
});

test("a bridge that comes, goes and comes again is answered on, to those on it alone", async () => {
  const output = await install(`--dns-listen=${bridge}`);
  expect(output).toContain(`+ HOSTSFILE_SERVER_DNS_LISTEN=${bridge}:5391`);
  await machine.shell("ip netns add pod; ip netns add stranger");
  const lay = async (): Promise<void> => {
    await machine.shell(`
      ip link add bridge type veth peer name inside netns pod
      ip address add ${bridge}/24 dev bridge
      ip link set bridge up
      ip -n pod address add 192.168.77.2/24 dev inside
      ip -n pod link set inside up`);
  };
  const fromPod = async (): Promise<string> => ask("any.apps.dtk.io", { enter: "ip netns exec pod", at: bridge });
  for (let turn = 0; turn < 2; turn += 1) {
    await lay();
    await eventually(async () => assert.equal(await fromPod(), clusterIP));
    await machine.shell("ip link delete bridge");
    expect(await ask("any.apps.dtk.io")).toBe(clusterIP);
  }
  // One that comes over another network, with the way there and back.
  await lay();
  await machine.shell(`
    ip link add outside type veth peer name away netns stranger
    ip address add 198.51.100.1/24 dev outside
    ip link set outside up
    ip -n stranger address add 198.51.100.2/24 dev away
    ip -n stranger link set away up
    ip -n stranger route add default via 198.51.100.1
    ip route add default via 198.51.100.2`);
  expect(await ask("any.apps.dtk.io", { enter: "ip netns exec stranger", at: bridge })).toBe("ETIMEOUT");
  await machine.shell("ip netns delete pod; ip netns delete stranger");
});

test("an installation of a version without responder gets the sockets by install, and refuses nobody", async () => {
  await machine.shell(`
    systemctl disable --now hostsfile-server-dns.socket
    cd /etc/systemd/system
    rm hostsfile-server-dns.socket
    sed -i '/^PartOf=/d; s/^After=.*/After=hostsfile-server.socket/' hostsfile-server.service
    sed -i '/DNS/d' /etc/hostsfile-server/environment
    systemctl daemon-reload
    systemctl start hostsfile-server.socket hostsfile-server.service`);
  expect(await ask("any.apps.dtk.io")).toBe("ECONNREFUSED");
  const output = await machine.shell(`
    (while [ ! -e /tmp/stop ]; do curl -sS -o /dev/null -w '%{http_code}\n' localhost:5000/healthz 2>&1 || true; done | sort | uniq -c >/tmp/answers) &
    ${launcher} install --yes; touch /tmp/stop; wait; cat /tmp/answers`);
  expect(output).toMatch(/\n +\d+ 200\s*$/);
  expect(output).not.toMatch(/refused|reset/i);
  expect(await ask("any.apps.dtk.io")).toBe(clusterIP);
});

test("after a boot it answers, whatever comes first", async () => {
  await machine.reboot();
  await eventually(async () => assert.equal(await ask("any.apps.dtk.io"), clusterIP));
});

test("switched off by hand, while systemd goes on holding the ports, everything is refused at once", async () => {
  await machine.shell(`
    sed -i '/^HOSTSFILE_SERVER_DNS=/d' /etc/hostsfile-server/environment
    echo HOSTSFILE_SERVER_DNS=off >>/etc/hostsfile-server/environment
    systemctl restart hostsfile-server.service`);
  for (const name of ["any.apps.dtk.io", "example.com"]) expect(await ask(name)).toBe("EREFUSED");
  expect(await machine.shell("journalctl -u hostsfile-server -o cat")).toContain("install --dns=off");
});

test("--dns=off gives the ports back, and --dns=on takes them again", async () => {
  await install("--dns=off");
  expect(await machine.shell("ss -Hlntu 'sport = :5391'")).toBe("");
  expect(await machine.shell("systemctl is-enabled hostsfile-server-dns.socket || true")).toBe("disabled\n");
  expect(await machine.shell("curl -sS localhost:5000/status")).not.toContain('"dns"');
  await install("--dns=on");
  expect(await ask("any.apps.dtk.io")).toBe(clusterIP);
});

test("uninstall leaves nothing", async () => {
  await machine.shell(`${launcher} uninstall --yes`);
  expect(await changes()).toEqual(before);
  expect(await machine.shell("ls /run | grep hostsfile || true")).toBe("");
  expect(await machine.shell("ss -Hlntu 'sport = :5391'; systemctl list-units --all --no-legend 'hostsfile*'")).toBe(
    "",
  );
});
