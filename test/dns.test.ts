/** The DNS responder of the built server: it is on unless it is switched off, harms no server beside it, and everything else says what it does. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { statusSchema } from "../src/contract/status.ts";
import { askUDP, exchangeUDP, freeDNSPort } from "./support/dns-client.ts";
import { encodeQuestion } from "./support/dns-question.ts";
import { curl, postRecords } from "./support/http.ts";
import { runProduct, startProduct } from "./support/product.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

async function start(folder: string, ...flags: readonly string[]) {
  const hostsFile = join(folder, "hosts");
  writeFileSync(hostsFile, "127.0.0.1 localhost\n");
  const places = [`--hosts-file=${hostsFile}`, `--state-dir=${join(folder, "state")}`];
  return startProduct([...places, "--domains=dtk.io", "--cluster-ip=192.0.2.7", ...flags]);
}

async function statusOf(url: string) {
  return statusSchema.parse(JSON.parse((await curl(`${url}/status`)).text));
}

const create = [
  { dnsName: "foo.dtk.io", recordType: "A", targets: ["10.0.0.1"] },
  { dnsName: "*.apps.dtk.io", recordType: "A", targets: ["10.0.0.1"] },
  { dnsName: "_sip._udp.dtk.io", recordType: "SRV", targets: ["0 5 5060 foo.dtk.io"] },
  { dnsName: "sub.dtk.io", recordType: "NS", targets: ["ns.dtk.io"] },
  { dnsName: "a-foo.dtk.io", recordType: "TXT", targets: ['"heritage=external-dns,external-dns/owner=dtk"'] },
];

test("wildcards and other records are answered and count as shown", async () => {
  using folder = temporaryFolder();
  const port = await freeDNSPort();
  const listen = `--dns-listen=127.0.0.1:${port},[::1]:${port}`;
  await using server = await start(folder.path, listen);
  const at = { address: "127.0.0.1", port };
  expect((await askUDP(at, "foo.dtk.io", "A")).rcode).toBe("NXDOMAIN");
  await postRecords(server.url, { create });
  expect((await askUDP(at, "x.y.apps.dtk.io", "A")).answers).toEqual(["x.y.apps.dtk.io A 192.0.2.7"]);
  expect((await askUDP(at, "_sip._udp.dtk.io", "SRV")).answers).toHaveLength(1);
  expect((await askUDP(at, "a-foo.dtk.io", "TXT")).rcode).toBe("NXDOMAIN");
  expect((await askUDP(at, "example.com", "A")).rcode).toBe("REFUSED");

  const { sinks, names, notShown, attention, server: process } = await statusOf(server.url);
  expect(names.list.map(({ name, sinks: ids }) => `${name} ${ids?.join()}`)).toEqual([
    "*.apps.dtk.io dns",
    "_sip._udp.dtk.io dns",
    "foo.dtk.io dns,hosts-file",
  ]);
  expect(notShown.list.map(({ name, reason }) => `${name} ${reason}`)).toEqual(["sub.dtk.io record-type"]);
  expect([attention.map(({ code }) => code), process.ready]).toEqual([["resolver-left-alone"], true]);
  const { responder } = sinks.find(({ id }) => id === "dns") ?? {};
  expect(responder?.sockets.map(({ address, transport, open }) => `${address} ${transport} ${open}`)).toEqual([
    `127.0.0.1:${port} udp true`,
    `127.0.0.1:${port} tcp true`,
    `[::1]:${port} udp true`,
    `[::1]:${port} tcp true`,
  ]);
  expect(responder?.queries).toBe(5);
  expect(Date.parse(responder?.lastQueryAt ?? "")).toBeGreaterThan(Date.parse(process.since));

  const metrics = (await curl(`${server.url}/metrics`)).text;
  expect(metrics).toContain('hostsfile_server_dns_queries_total{type="SRV",rcode="NOERROR",transport="udp"} 1\n');
  expect(metrics).toContain('hostsfile_server_dns_query_duration_seconds_bucket{le="+Inf"} 5\n');
  expect(metrics).toContain('hostsfile_server_dns_drops_total{reason="malformed"} 0\n');
  const text = await runProduct(["status", `--port=${server.port}`]);
  expect(text.output).toContain(`127.0.0.1:${port}, [::1]:${port}`);
  const page = await curl(`${server.url}/`, { headers: { accept: "text/html" } });
  expect(page.text).toContain('<a href="http://example.apps.dtk.io/">example.apps.dtk.io</a>');
  const zone = await runProduct(["export", "--format=zone", `--port=${server.port}`]);
  expect(zone.output.split("\n").slice(4)).toEqual([
    "*.apps.dtk.io. 1 IN A 192.0.2.7",
    "_sip._udp.dtk.io. 1 IN SRV 0 5 5060 foo.dtk.io.",
    "foo.dtk.io. 1 IN A 192.0.2.7",
    "sub.dtk.io. 1 IN TYPE65534 \\# 0",
    "",
  ]);
});

test("with --dns=off nobody answers, nothing of it is loaded, and a wildcard is not shown", async () => {
  using folder = temporaryFolder();
  const port = await freeDNSPort();
  await using server = await start(folder.path, "--dns=off", `--dns-listen=127.0.0.1:${port}`);
  await postRecords(server.url, { create });
  expect(await exchangeUDP({ address: "127.0.0.1", port }, encodeQuestion("foo.dtk.io", "A"), 100)).toBeUndefined();
  const { sinks, notShown } = await statusOf(server.url);
  expect(sinks.map(({ id }) => id)).toEqual(["hosts-file"]);
  expect(notShown.list.map(({ reason }) => reason)).toContain("wildcard");
});

test.each([
  ["--dns-listen=0.0.0.0", '"0.0.0.0" is not one address of this machine'],
  ["--dns-listen=[::]:53", '"[::]:53" is not one address of this machine'],
  ["--dns=maybe", '"maybe" is not on or off'],
  ["--resolver=maybe", '"maybe" is not auto, hook, delegate, link, dnsmasq, unbound, global, none'],
  ["--resolver=", '"" is not auto'],
])("%s is wrong usage", async (flag, message) => {
  const { exitCode, talk } = await runProduct(["serve", flag]);
  expect([exitCode, talk.includes(message)]).toEqual([2, true]);
});
