/** What is found out about a machine, from what its programs print and its files say. */
import { expect, test } from "vitest";
import { readResolverFacts } from "./read-facts.ts";

interface Machine {
  readonly resolvConf: string;
  readonly active?: readonly string[];
  /** What ss(8) prints of port 53. */
  readonly holder?: string;
  readonly commandLine?: string;
}

async function factsOf({ resolvConf, active = [], holder = "", commandLine = "" }: Machine) {
  return readResolverFacts({
    run: async (program, [first = "", second = ""]) => {
      if (program === "ss") return { ok: true, output: holder };
      if (program === "systemctl" && first === "is-active") {
        return { ok: true, output: active.includes(second) ? "active\n" : "inactive\n" };
      }
      return { ok: false, output: "" };
    },
    read: async (path) => {
      if (path === "/etc/resolv.conf") return resolvConf;
      return path.endsWith("/cmdline") ? commandLine : "";
    },
  });
}

const here = "nameserver 127.0.0.1\n";
const heldByDnsmasq = 'UNCONN 0 0 127.0.0.1:53 0.0.0.0:* users:(("dnsmasq",pid=7,fd=4))\n';

test("a dnsmasq that can be seen, by its command line", async () => {
  const machine = { resolvConf: here, holder: heldByDnsmasq };
  expect(
    (await factsOf({ ...machine, commandLine: "dnsmasq\0-7\0/etc/dnsmasq.d,.dpkg-dist\0" })).dnsmasq,
  ).toMatchObject({
    readsFolder: true,
  });
  expect((await factsOf(machine)).dnsmasq).toMatchObject({ readsFolder: false });
});

test.each([
  ["dnsmasq", ["dnsmasq.service"], { readsFolder: true }, undefined],
  ["unbound", ["unbound.service"], undefined, { readsFolder: false }],
  ["both, of which one does something else", ["dnsmasq.service", "unbound.service"], undefined, undefined],
  ["neither", [], undefined, undefined],
])("a confined service takes the manager's word: %s", async (_, active, asDnsmasq, asUnbound) => {
  const facts = await factsOf({ resolvConf: here, active });
  expect([facts.dnsmasq, facts.unbound]).toMatchObject([asDnsmasq, asUnbound]);
});

const settings = "/etc/dnsmasq.conf /etc/dnsmasq.d /etc/default/dnsmasq";

test.each([
  ["nothing of the kind", "", false],
  ["our own list", "servers-file=/etc/dnsmasq.d/.hostsfile-server.servers\n", false],
  ["a list of somebody's", "servers-file=/etc/mine\n", true],
  ["a guard against rebinding", "stop-dns-rebind\n", true],
])("a dnsmasq whose settings have %s", async (_, found, isSo) => {
  const { looks } = machineWith({
    units: ["dnsmasq.service"],
    files: { "/etc/resolv.conf": here },
    prints: { [`grep -rhsE ^[^#]*(servers-file|stop-dns-rebind) ${settings}`]: found },
  });
  expect((await readResolverFacts(looks)).dnsmasq).toMatchObject({ mustRestart: isSo });
});

test.each([
  ["", false],
  ["stop-dns-rebind\n", true],
])("NetworkManager's dnsmasq, whose settings have %j", async (found, isSo) => {
  const { looks } = machineWith({
    units: ["NetworkManager.service"],
    prints: { "busctl get-property": 's "dnsmasq"\n', grep: found },
  });
  expect((await readResolverFacts(looks)).networkManagerMustRestart).toBe(isSo);
});

test.each(["nameserver 127.0.0.53\n", "nameserver 127.0.0.1\nnameserver 192.0.2.1\n", ""])(
  "nobody of them is asked with %j",
  async (resolvConf) => {
    const facts = await factsOf({ resolvConf, holder: heldByDnsmasq, active: ["dnsmasq.service"] });
    expect([facts.dnsmasq, facts.unbound]).toEqual([undefined, undefined]);
  },
);

/** A machine on which some units run, with what programs print and files hold. */
function machineWith(given: {
  readonly units?: readonly string[];
  readonly prints?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
}) {
  const { units = [], prints = {}, files = {} } = given;
  const asked: string[] = [];
  const looks = {
    run: async (program: string, parameters: readonly string[]) => {
      const line = [program, ...parameters].join(" ");
      asked.push(line);
      if (program === "systemctl") {
        const isActive = units.includes(parameters[1] ?? "");
        return { ok: isActive, output: isActive ? "active\n" : "inactive\n" };
      }
      const [, output] = Object.entries(prints).find(([start]) => line.startsWith(start)) ?? [];
      return { ok: output !== undefined, output: output ?? "" };
    },
    read: async (path: string) => files[path] ?? "",
  };
  return { looks, asked };
}

const resolvedPrints = {
  "resolvectl --version": "systemd 257 (257.13-1~deb13u1)\n",
  "resolvectl dnssec": "Global: no\nLink 2 (eth0): no\n",
  "resolvectl dns": "Global:\nLink 2 (eth0): 192.0.2.1\n",
};

test("a plain machine has its servers and nothing else, and nobody looks for a local one", async () => {
  const { looks, asked } = machineWith({ files: { "/etc/resolv.conf": "nameserver 192.0.2.1\n" } });
  const { resolved, networkManagerMode, dnsmasq, unbound, nameservers } = await readResolverFacts(looks);
  expect({ resolved, networkManagerMode, dnsmasq, unbound, nameservers }).toEqual({
    resolved: undefined,
    networkManagerMode: undefined,
    dnsmasq: undefined,
    unbound: undefined,
    nameservers: ["192.0.2.1"],
  });
  expect(asked.some((line) => line.startsWith("ss "))).toBe(false);
});

test.each([
  ["by its stub", "nameserver 127.0.0.53\n", "hosts: files dns\n", true],
  ["by the C library", "nameserver 192.0.2.1\n", "hosts: files resolve dns\n", true],
  ["by nobody", "nameserver 192.0.2.1\n", "hosts: files dns\n", false],
  ["by nobody without a resolv.conf", "", "hosts: files dns\n", false],
])("systemd-resolved is asked %s", async (_, resolvConf, nsswitch, isAsked) => {
  const files = { "/etc/resolv.conf": resolvConf, "/etc/nsswitch.conf": nsswitch };
  const { looks } = machineWith({ units: ["systemd-resolved.service"], prints: resolvedPrints, files });
  const { resolved } = await readResolverFacts(looks);
  expect(resolved).toEqual({ version: 257, isAsked, isValidating: false, globalServers: [] });
});

test("systemd-resolved with DNSSEC and servers for the whole machine", async () => {
  const prints = {
    ...resolvedPrints,
    "resolvectl dnssec": "Global: no\nLink 2 (eth0): allow-downgrade\n",
    "resolvectl dns": "Global: 9.9.9.9\nLink 2 (eth0): 192.0.2.1\n",
  };
  const { looks } = machineWith({ units: ["systemd-resolved.service"], prints });
  expect((await readResolverFacts(looks)).resolved).toMatchObject({ isValidating: true, globalServers: ["9.9.9.9"] });
});

test("systemd-resolved whose version nobody says is as if it did not run", async () => {
  const { looks } = machineWith({ units: ["systemd-resolved.service"] });
  expect((await readResolverFacts(looks)).resolved).toBeUndefined();
});

test("NetworkManager says how it does DNS", async () => {
  const { looks } = machineWith({
    units: ["NetworkManager.service"],
    prints: { "busctl get-property": 's "dnsmasq"\n' },
  });
  expect((await readResolverFacts(looks)).networkManagerMode).toBe("dnsmasq");
  const silent = machineWith({ units: ["NetworkManager.service"] });
  expect((await readResolverFacts(silent.looks)).networkManagerMode).toBe("");
});
